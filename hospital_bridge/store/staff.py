"""Staff accounts: the argon2id hash of a password, and roles that may be held for one department only."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sqlalchemy import Column, String, Table, UniqueConstraint

from hospital_bridge.store.metadata import CODE, ID, Instant, belongs_to, metadata, operator_column
from hospital_bridge.store.unit_of_work import Work

EVERYWHERE = "*"
"""The department scope of a role that is held for the whole operator."""

STAFF = Table(
    "staff",
    metadata,
    operator_column(),
    Column("staff_id", ID, primary_key=True),
    Column("login_name", CODE, nullable=False),
    Column("display_name", String(100), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("left_at", Instant),
    UniqueConstraint("operator_id", "login_name"),
)

STAFF_ROLE = Table(
    "staff_role",
    metadata,
    operator_column(),
    Column("staff_id", ID, primary_key=True),
    Column("role", CODE, primary_key=True),
    Column("department_code", CODE, primary_key=True),
    belongs_to("staff", "staff_id"),
)


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role, for one department or `EVERYWHERE`."""

    role: str
    department_code: str = EVERYWHERE


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One person who works here."""

    staff_id: str
    display_name: str
    grants: frozenset[RoleGrant]

    def has(self, role: str, department_code: str | None = None) -> bool:
        """Whether the role is held: anywhere at all, or else for the named department."""
        return any(
            grant.role == role and (department_code is None or grant.department_code in (EVERYWHERE, department_code))
            for grant in self.grants
        )

    def departments(self, role: str) -> frozenset[str]:
        """The departments for which alone a role that is held is held; none where it is held everywhere."""
        held = frozenset(grant.department_code for grant in self.grants if grant.role == role)
        return frozenset() if EVERYWHERE in held else held


def folded(login_name: str) -> str:
    """One spelling of a login name, whatever the keyboard made of it (Unicode TR 15, NFKC)."""
    return unicodedata.normalize("NFKC", login_name).strip().casefold()


class NameTaken(Exception):
    """Another account of the operator has, or once had, that login name."""


class StaffAccounts:
    """Staff of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._staff = work.table(STAFF)
        self._roles = work.table(STAFF_ROLE)

    def add(self, login_name: str, display_name: str, password_hash: str, grants: frozenset[RoleGrant]) -> str:
        """A new account; returns the staff id. NameTaken, also by somebody who has left: the trail must stay plain."""
        if self._staff.one(STAFF.c.login_name == folded(login_name)) is not None:
            raise NameTaken
        staff_id = self._work.ids.new()
        self._staff.add(
            staff_id=staff_id,
            login_name=folded(login_name),
            display_name=display_name,
            password_hash=password_hash,
            created_at=self._work.now,
        )
        for grant in sorted(grants, key=lambda grant: (grant.role, grant.department_code)):
            self._roles.add(staff_id=staff_id, role=grant.role, department_code=grant.department_code)
        return staff_id

    def credentials(self, login_name: str) -> tuple[str, str] | None:
        """Staff id and password hash of an account in use, or None."""
        row = self._staff.one(STAFF.c.login_name == folded(login_name), STAFF.c.left_at.is_(None))
        return None if row is None else (row.staff_id, row.password_hash)

    def login_name(self, staff_id: str) -> str:
        """The login name of an account in use; empty for nobody."""
        row = self._staff.one(STAFF.c.staff_id == staff_id, STAFF.c.left_at.is_(None))
        return "" if row is None else str(row.login_name)

    def find(self, staff_id: str) -> StaffMember | None:
        """The person with the roles of this moment; None once they have left."""
        row = self._staff.one(STAFF.c.staff_id == staff_id, STAFF.c.left_at.is_(None))
        if row is None:
            return None
        roles = self._roles.all(STAFF_ROLE.c.staff_id == staff_id)
        grants = frozenset(RoleGrant(role.role, role.department_code) for role in roles)
        return StaffMember(row.staff_id, row.display_name, grants)

    def rehash(self, staff_id: str, password_hash: str) -> None:
        """Keep a hash made with today's parameters."""
        self._staff.change(STAFF.c.staff_id == staff_id, password_hash=password_hash)

    def leave(self, staff_id: str) -> None:
        """The person works here no more; what they did stays on record under their id."""
        self._staff.change(STAFF.c.staff_id == staff_id, left_at=self._work.now)
