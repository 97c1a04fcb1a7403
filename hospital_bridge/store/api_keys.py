"""Keys of other systems, each with the scopes that it may use; only the hash of the secret is kept."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from sqlalchemy import Column, String, Table

from hospital_bridge.store.metadata import ID, Instant, metadata, operator_column
from hospital_bridge.store.sessions import HASH, digest
from hospital_bridge.store.unit_of_work import Work

API_KEY = Table(
    "api_key",
    metadata,
    operator_column(),
    Column("key_id", ID, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("secret_hash", HASH, nullable=False),
    Column("scopes", String(500), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A system that may call the API."""

    key_id: str
    name: str
    scopes: frozenset[str]


class ApiKeys:
    """Keys of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._keys = work.table(API_KEY)

    def issue(self, name: str, scopes: frozenset[str]) -> str:
        """A new key as `<id>.<secret>`; it is shown this once."""
        key_id, secret = self._work.ids.new(), self._work.ids.secret()
        self._keys.add(
            key_id=key_id,
            name=name,
            secret_hash=digest(secret),
            scopes=" ".join(sorted(scopes)),
            created_at=self._work.now,
        )
        return f"{key_id}.{secret}"

    def find(self, token: str) -> ApiKey | None:
        """The key behind `<id>.<secret>` while it stands."""
        key_id, _, secret = token.partition(".")
        row = self._keys.one(API_KEY.c.key_id == key_id, API_KEY.c.revoked_at.is_(None))
        if row is None or not hmac.compare_digest(row.secret_hash, digest(secret)):
            return None
        return ApiKey(row.key_id, row.name, frozenset(row.scopes.split()))

    def standing(self) -> list[ApiKey]:
        """The keys that still open something, oldest first; ids order by time."""
        rows = self._keys.all(API_KEY.c.revoked_at.is_(None), order_by=[API_KEY.c.key_id])
        return [ApiKey(row.key_id, row.name, frozenset(row.scopes.split())) for row in rows]

    def revoke(self, key_id: str) -> bool:
        """The key opens nothing any more; False where no such key stands."""
        standing = (API_KEY.c.key_id == key_id, API_KEY.c.revoked_at.is_(None))
        if self._keys.one(*standing) is None:
            return False
        self._keys.change(*standing, revoked_at=self._work.now)
        return True
