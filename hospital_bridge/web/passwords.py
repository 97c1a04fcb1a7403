"""Staff passwords: argon2id (RFC 9106), and an unknown name takes as long as a wrong password."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from hospital_bridge.clock import Ids
from hospital_bridge.store.staff import StaffAccounts
from hospital_bridge.store.unit_of_work import Store

SHORTEST = 12
"""Characters of the shortest password; length is asked for, not a mixture (ASVS 6.2.1, 6.2.5)."""


class PasswordLogin:
    """Checks login names and passwords against `store.staff`."""

    def __init__(self, store: Store, ids: Ids, hasher: PasswordHasher | None = None) -> None:
        self._store = store
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(ids.secret())

    def __call__(self, operator_id: str, login_name: str, password: str) -> str | None:
        """The staff id, or None; as slow for an unknown name as for a wrong password."""
        with self._store.read(operator_id) as work:
            found = StaffAccounts(work).credentials(login_name)
        staff_id, kept = found or ("", self._nobody)
        if not self._fits(kept, password) or not staff_id:
            return None
        if self._hasher.check_needs_rehash(kept):
            with self._store.begin(operator_id) as work:
                StaffAccounts(work).rehash(staff_id, self.hash(password))
        return staff_id

    def hash(self, password: str) -> str:
        """The hash to keep; ValueError for a password that is too short."""
        if len(password) < SHORTEST:
            raise ValueError(f"a password needs at least {SHORTEST} characters")
        return self._hasher.hash(password)

    def _fits(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except VerifyMismatchError:
            return False
