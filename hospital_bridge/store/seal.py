"""Sealed columns: personal data as it is kept, and the blind index by which it is found again."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from hospital_bridge.store.cipher import Key, Place, decrypt, encrypt, encrypting, key_id_of
from hospital_bridge.store.keys import RAW, DataKeys, KeyMissing, RootKeys
from hospital_bridge.store.subject_keys import SubjectKeys

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

COLUMNS = "columns"
INDEX = "index"


class Sealer:
    """Seals and opens for one operator inside one unit of work."""

    def __init__(self, work: Work, roots: RootKeys) -> None:
        self._work = work
        self._roots = roots
        self.data_keys = DataKeys(work, roots)
        self.subject_keys = SubjectKeys(work, roots, self.data_keys)

    def welcome(self, subject_id: str) -> None:
        """Somebody new, whose id was made in this unit of work, is about to be sealed for."""
        self.subject_keys.welcome(subject_id)

    def seal(self, subject_id: str, table: str, column: str, row_id: str, value: str) -> bytes:
        """A value of one person, under that person's own key; it opens in this place alone."""
        return self.seal_bytes(subject_id, table, column, row_id, value.encode())

    def seal_bytes(self, subject_id: str, table: str, column: str, row_id: str, value: bytes) -> bytes:
        """The same for what is not text, such as a document."""
        return self._encrypt(self.subject_keys.sealing(subject_id), table, column, row_id, value)

    def open(self, subject_id: str, table: str, column: str, row_id: str, sealed: bytes) -> str:
        """The person's value again; SealBroken when moved or altered, Erased when the person was erased."""
        return self.open_bytes(subject_id, table, column, row_id, sealed).decode()

    def open_bytes(self, subject_id: str, table: str, column: str, row_id: str, sealed: bytes) -> bytes:
        """The same for what `seal_bytes` sealed."""
        key = self.subject_keys.opening(subject_id, key_id_of(sealed))
        return decrypt(key, self._place(table, column, row_id), sealed)

    def seal_own(self, table: str, column: str, row_id: str, value: bytes) -> bytes:
        """A value that belongs to the operator and to no single person."""
        return self._encrypt(self.data_keys.active(COLUMNS), table, column, row_id, value)

    def raw_sealer(self, table: str, column: str, day: date) -> Callable[[str, bytes], bytes]:
        """Seals raw messages, each in its row, under the key of their day: destroying that key ends their retention."""
        key = self.data_keys.active(raw_purpose(day))
        sealing = encrypting(self._roots.algorithm, key, self._roots.entropy)
        return lambda row_id, value: sealing(self._place(table, column, row_id), value)

    def read_ahead(self, day: date, *more: str) -> None:
        """Read in one statement the keys that receiving messages takes, and those of `more` purposes."""
        self.data_keys.read_ahead(*more, lasting=(INDEX, raw_purpose(day)))

    def open_own(self, table: str, column: str, row_id: str, sealed: bytes) -> bytes:
        """What `seal_own` or a `raw_sealer` sealed; KeyMissing when its key was destroyed."""
        key = self.data_keys.find(key_id_of(sealed))
        if key is None:
            raise KeyMissing(f"the key of {table}.{column} is gone")
        return decrypt(key, self._place(table, column, row_id), sealed)

    def index(self, kind: str, value: str) -> str:
        """The blind index of a value among those of its kind: 64 hex digits of HMAC-SHA256.

        Values that differ only in width, letter case or blanks have the same index.
        """
        message = f"{kind}\x1f{normalised(value)}".encode()
        return hmac.digest(self._index_key.material, message, "sha256").hex()

    def erase(self, subject_id: str) -> bool:
        """Destroy the person's key; False when there was none to destroy."""
        return self.subject_keys.destroy(subject_id)

    def is_erased(self, subject_id: str) -> bool:
        """Whether the person's key was destroyed."""
        return self.subject_keys.is_destroyed(subject_id)

    @cached_property
    def _index_key(self) -> Key:
        return self.data_keys.active(INDEX)

    def _encrypt(self, key: Key, table: str, column: str, row_id: str, value: bytes) -> bytes:
        return encrypt(self._roots.algorithm, key, self._place(table, column, row_id), value, self._roots.entropy)

    def _place(self, table: str, column: str, row_id: str) -> Place:
        return Place(self._work.operator_id, table, column, row_id)


def raw_purpose(day: date) -> str:
    """The purpose under which the raw messages of a day are sealed."""
    return f"{RAW}{day.isoformat()}"


def normalised(value: str) -> str:
    """One spelling of a number: full-width forms folded, blanks taken out, letters upper."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()
