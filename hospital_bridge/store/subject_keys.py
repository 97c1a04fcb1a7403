"""The key of each person, wrapped by the operator's data key; without it that person's values stay shut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from hospital_bridge.store.cipher import KEY_BYTES, Key, Place, decrypt, encrypt, key_id_of
from hospital_bridge.store.keys import SUBJECT_KEY, DataKeys, Erased, KeyMissing, RootKeys

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

WRAPPING = "subjects"


class SubjectKeys:
    """Keys of persons, read anew in each unit of work: an erasure holds at once in every process."""

    def __init__(self, work: Work, roots: RootKeys, data_keys: DataKeys) -> None:
        self._work = work
        self._roots = roots
        self._data_keys = data_keys
        self._table = work.table(SUBJECT_KEY)
        self._opened: dict[str, Key] = {}

    def sealing(self, subject_id: str) -> Key:
        """The person's key, made on first use; Erased when it was destroyed."""
        if subject_id in self._opened:
            return self._opened[subject_id]
        row = self._row(subject_id)
        if row is None and self._make(subject_id):
            return self._opened[subject_id]
        return self._open(row or self._row(subject_id), subject_id)

    def opening(self, subject_id: str, key_id: str) -> Key:
        """The person's key; Erased when destroyed, KeyMissing when it is not the one with that id."""
        key = self._opened.get(subject_id) or self._open(self._row(subject_id), subject_id)
        if key.key_id != key_id:
            raise KeyMissing(f"key {key_id} is not the key of subject {subject_id}")
        return key

    def destroy(self, subject_id: str) -> bool:
        """Erase the person: nothing sealed for them opens again; False when that was done or never needed."""
        self._opened.pop(subject_id, None)
        mine = (SUBJECT_KEY.c.subject_id == subject_id, SUBJECT_KEY.c.wrapped.is_not(None))
        return self._table.change(*mine, wrapped=None, destroyed_at=self._work.now) == 1

    def is_destroyed(self, subject_id: str) -> bool:
        """Whether the person was erased; False of who never had a key."""
        row = self._row(subject_id)
        return row is not None and row.wrapped is None

    def _row(self, subject_id: str) -> Row[Any] | None:
        return self._table.one(SUBJECT_KEY.c.subject_id == subject_id)

    def _open(self, row: Row[Any] | None, subject_id: str) -> Key:
        if row is None:
            raise KeyMissing(f"subject {subject_id} has no key")
        if row.wrapped is None:
            raise Erased(f"subject {subject_id} was erased")
        wrapping = self._data_keys.find(key_id_of(row.wrapped))
        if wrapping is None:
            raise KeyMissing(f"the key that wraps the key of subject {subject_id} is gone")
        self._opened[subject_id] = Key(row.key_id, decrypt(wrapping, self._place(subject_id), row.wrapped))
        return self._opened[subject_id]

    def welcome(self, subject_id: str) -> None:
        """Make the key of somebody whose id is of this very unit of work, without asking for one that they have."""
        key = self._new_key()
        self._table.add_later(**self._wrapped(subject_id, key))
        self._opened[subject_id] = key

    def _make(self, subject_id: str) -> bool:
        """Make and open the person's key; False where another transaction has just made it."""
        key = self._new_key()
        is_new = self._table.add_new(**self._wrapped(subject_id, key))
        if is_new:
            self._opened[subject_id] = key
        return is_new

    def _new_key(self) -> Key:
        return Key(self._work.ids.new(), self._roots.entropy(KEY_BYTES))

    def _wrapped(self, subject_id: str, key: Key) -> dict[str, Any]:
        wrapping, place, roots = self._data_keys.active(WRAPPING), self._place(subject_id), self._roots
        return {
            "subject_id": subject_id,
            "key_id": key.key_id,
            "wrapped": encrypt(roots.algorithm, wrapping, place, key.material, roots.entropy),
            "created_at": self._work.now,
        }

    def _place(self, subject_id: str) -> Place:
        return Place(self._work.operator_id, SUBJECT_KEY.name, "wrapped", subject_id)
