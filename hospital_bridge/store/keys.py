"""The keys in three storeys: a root key from the settings, data keys of each operator, a key of each person.

The root key wraps the data keys, a data key wraps the keys of persons. Destroying a person's
wrapped key erases every value that was sealed with it, in backups too once these are re-keyed.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, CheckConstraint, Column, Index, LargeBinary, Row, String, Table

from hospital_bridge.store.cipher import KEY_BYTES, Algorithm, Entropy, Key, Place, decrypt, encrypt, key_id_of
from hospital_bridge.store.many_rows import given_rows, mark
from hospital_bridge.store.metadata import ID, Instant, as_indexed, metadata, operator_column, where
from hospital_bridge.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

RAW = "raw:"
"""How the purposes begin under which received messages are sealed; the day follows."""

DATA_KEY = Table(
    "data_key",
    metadata,
    operator_column(),
    Column("key_id", ID, primary_key=True),
    Column("purpose", String(20), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)
Index("uq_data_key_active", DATA_KEY.c.operator_id, DATA_KEY.c.purpose, unique=True, **where("active"))

# The index's own words, letter by letter: in others SQLite would not use it.
_ACTIVE = "SELECT key_id, purpose, wrapped FROM data_key WHERE operator_id = {mark} AND active AND purpose IN ({given})"

SUBJECT_KEY = Table(
    "subject_key",
    metadata,
    operator_column(),
    Column("subject_id", ID, primary_key=True),
    Column("key_id", ID, nullable=False, unique=True),
    Column("wrapped", LargeBinary),
    Column("created_at", Instant, nullable=False),
    Column("destroyed_at", Instant),
    CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed"),
)


class Erased(Exception):
    """The person's key was destroyed: the value is gone for good."""


class KeyMissing(Exception):
    """No key with that id is known to this operator, or its root key is not configured."""


@dataclass(frozen=True)
class RootKeys:
    """The root key of the installation and those it replaced; `algorithm` seals everything new.

    `entropy` gives keys and nonces. Older root keys only open, until `DataKeys.rewrap` has run.
    """

    current: bytes = field(repr=False)
    older: tuple[bytes, ...] = field(default=(), repr=False)
    algorithm: Algorithm = Algorithm.AES_256_GCM
    entropy: Entropy = field(default=secrets.token_bytes, repr=False)
    opened: dict[tuple[str, str], Key] = field(default_factory=dict, repr=False)
    """Data keys that this process has unwrapped, by operator and key id."""
    lasting: dict[str, dict[str, Key]] = field(default_factory=dict, repr=False)
    """By operator, the keys that no other takes the place of: the index's, and that of the day's messages."""

    def wrapping(self) -> Key:
        """The key that wraps new data keys."""
        return next(iter(self._roots.values()))

    def by_id(self, key_id: str) -> Key:
        """The root key with that id, current or older."""
        if key_id not in self._roots:
            raise KeyMissing(f"root key {key_id} is not configured")
        return self._roots[key_id]

    def known_ids(self) -> frozenset[str]:
        """The ids of all that are configured."""
        return frozenset(self._roots)

    @cached_property
    def _roots(self) -> dict[str, Key]:
        """By their ids, the current one first."""
        return {root.key_id: root for root in map(_root, (self.current, *self.older))}


def _root(material: bytes) -> Key:
    if len(material) != KEY_BYTES:
        raise ValueError(f"a root key has {KEY_BYTES} bytes, not {len(material)}")
    return Key(hashlib.sha256(b"hospital_bridge root key" + material).hexdigest()[:32], material)


class DataKeys:
    """The operator's data keys: one active for each purpose, older ones to open what they sealed."""

    def __init__(self, work: Work, roots: RootKeys) -> None:
        self._work = work
        self._roots = roots
        self._table = work.table(DATA_KEY)
        self._active: dict[str, Key] = {}
        self._made: set[str] = set()

    def active(self, purpose: str) -> Key:
        """The key of that purpose, made on first use; and never in a reading unit of work."""
        if purpose not in self._active:
            row = self._active_row(purpose) or self._make(purpose)
            self._active[purpose] = self._unwrap(row)
        return self._active[purpose]

    def read_ahead(self, *purposes: str, lasting: tuple[str, ...] = ()) -> None:
        """Read the keys of several purposes in one statement; those that are not there yet are made when asked for.

        The process remembers the `lasting` ones, until others take their place.
        """
        remembered = self._roots.lasting.get(self._work.operator_id, {})
        self._active.update((each, remembered[each]) for each in lasting if each in remembered)
        wanted = [(each,) for each in (*purposes, *lasting) if each not in self._active]
        if not wanted:
            return
        connection = self._work.connection
        given, values = given_rows(connection, (DATA_KEY.c.purpose.type,), wanted)
        asked = _ACTIVE.format(mark=mark(connection), given=given)
        for row in connection.exec_driver_sql(asked, (self._work.operator_id, *values)):
            self._active[row.purpose] = self._unwrap(row)
        # One that was made in this very transaction may yet be rolled back.
        stand = {each: self._active[each] for each in lasting if each in self._active and each not in self._made}
        self._roots.lasting[self._work.operator_id] = stand

    def share(self, known: DataKeys) -> None:
        """Begin with what another of the same transaction has read; what is read from here on is not the other's."""
        self._active.update(known._active)
        self._made = known._made

    def ensure(self, purpose: str) -> None:
        """Make the key of that purpose where there is none, so that reading units of work find it."""
        if self._active_row(purpose) is None:
            self._make(purpose)

    def find(self, key_id: str) -> Key | None:
        """The data key with that id, or None."""
        known = self._roots.opened.get((self._work.operator_id, key_id))
        if known is not None:
            return known
        active = next((key for key in self._active.values() if key.key_id == key_id), None)
        if active is not None:
            return active
        row = self._table.one(DATA_KEY.c.key_id == key_id)
        if row is None:
            return None
        # The key of a day's raw messages ends with its row, in every process at once: none keeps it in memory.
        key = self._unwrap(row)
        return key if row.purpose.startswith(RAW) else self._remember(key)

    def rotate(self, purpose: str) -> Key:
        """Seal with a new key from now on; what was sealed before still opens."""
        self._active.pop(purpose, None)
        self._roots.lasting.pop(self._work.operator_id, None)
        self._table.change(DATA_KEY.c.purpose == purpose, as_indexed("active"), active=False)
        return self.active(purpose)

    def rewrap(self) -> int:
        """Wrap every data key with the current root key; afterwards the older root keys may be forgotten."""
        rows = [row for row in self._table.all() if key_id_of(row.wrapped) != self._roots.wrapping().key_id]
        for row in rows:
            self._table.change(DATA_KEY.c.key_id == row.key_id, wrapped=self._wrap(self._unwrap(row)))
        return len(rows)

    def strange_roots(self) -> frozenset[str]:
        """Ids of the root keys that wrapped some data key here and are not configured."""
        wrapping = {key_id_of(row.wrapped) for row in self._table.all()}
        return frozenset(wrapping - self._roots.known_ids())

    def purposes(self, beginning: str) -> list[str]:
        """The purposes that begin so, each once, in their order."""
        return sorted({row.purpose for row in self._table.all(DATA_KEY.c.purpose.startswith(beginning))})

    def destroy(self, purpose: str) -> int:
        """Forget the keys of a purpose, and with them everything they sealed."""
        self._active.pop(purpose, None)
        self._roots.lasting.pop(self._work.operator_id, None)
        for row in self._table.all(DATA_KEY.c.purpose == purpose):
            self._roots.opened.pop((self._work.operator_id, row.key_id), None)
        return self._table.remove(DATA_KEY.c.purpose == purpose)

    def _active_row(self, purpose: str) -> Row[Any] | None:
        return self._table.one(DATA_KEY.c.purpose == purpose, as_indexed("active"))

    def _make(self, purpose: str) -> Row[Any]:
        self._made.add(purpose)
        key = Key(self._work.ids.new(), self._roots.entropy(KEY_BYTES))
        statement = insert_on_conflict(self._work.connection, DATA_KEY).values(
            operator_id=self._work.operator_id,
            key_id=key.key_id,
            purpose=purpose,
            wrapped=self._wrap(key),
            active=True,
            created_at=self._work.now,
        )
        # Two processes may make the first key of a day at once; the second takes the first one's.
        self._work.connection.execute(statement.on_conflict_do_nothing())
        row = self._active_row(purpose)
        if row is None:
            raise KeyMissing(f"no active key for {purpose}")
        return row

    def _wrap(self, key: Key) -> bytes:
        roots = self._roots
        return encrypt(roots.algorithm, roots.wrapping(), self._place(key.key_id), key.material, roots.entropy)

    def _unwrap(self, row: Row[Any]) -> Key:
        root = self._roots.by_id(key_id_of(row.wrapped))
        return Key(row.key_id, decrypt(root, self._place(row.key_id), row.wrapped))

    def _remember(self, key: Key) -> Key:
        # Only a key that was read to open something: one made in this transaction may yet be rolled back.
        self._roots.opened[self._work.operator_id, key.key_id] = key
        return key

    def _place(self, key_id: str) -> Place:
        return Place(self._work.operator_id, DATA_KEY.name, "wrapped", key_id)
