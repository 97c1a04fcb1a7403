"""The only questions that cross operators: who exists, and for whom is there work.

On PostgreSQL they are functions that run with the owner's rights and give away
nothing but operator ids; everything else stays behind row-level security.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, DateTime, bindparam, text
from sqlalchemy.sql.elements import TextClause

from hospital_bridge.store.metadata import Instant

ALL_OPERATORS = "SELECT operator_id FROM operator"

DUE_OPERATORS = """
    SELECT DISTINCT operator_id FROM job
    WHERE lane = {lane} AND state = 'ready' AND is_head AND run_at <= {at}
    UNION SELECT operator_id FROM job WHERE lane = {lane} AND state = 'leased' AND lease_until <= {at}
"""

LEASING_OPERATORS = "SELECT DISTINCT operator_id FROM job WHERE state = 'leased' AND owner = {owner}"

FUNCTIONS = {
    "hb_operators()": ALL_OPERATORS,
    "hb_due_operators(in_lane text, at_instant timestamptz)": DUE_OPERATORS.format(lane="in_lane", at="at_instant"),
    "hb_leasing_operators(of_owner text)": LEASING_OPERATORS.format(owner="of_owner"),
}


def define_functions(connection: Connection, application_role: str) -> None:
    """(Re)create the functions with the owner's rights, for the application alone (PostgreSQL)."""
    for signature, query in FUNCTIONS.items():
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {signature} RETURNS SETOF varchar LANGUAGE sql STABLE SECURITY DEFINER"
            f" SET search_path = public, pg_temp AS $${query}$$"
        )
        connection.exec_driver_sql(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        connection.exec_driver_sql(f'GRANT EXECUTE ON FUNCTION {signature} TO "{application_role}"')


def all_operators(connection: Connection) -> list[str]:
    """Every registered operator."""
    return _ALL.ids(connection)


def due_operators(connection: Connection, lane: str, at: datetime) -> list[str]:
    """The operators that have a job of the lane to run now, or a lease that ran out."""
    return _DUE.ids(connection, lane=lane, at=at)


def leasing_operators(connection: Connection, owner: str) -> list[str]:
    """The operators whose jobs are leased to that worker."""
    return _LEASING.ids(connection, owner=owner)


@dataclass(frozen=True)
class _Question:
    """Asked at every look for work, so both databases' statements are made once."""

    function: TextClause
    query: TextClause

    def ids(self, connection: Connection, **values: object) -> list[str]:
        asked = self.function if connection.dialect.name == "postgresql" else self.query
        return sorted(connection.execute(asked, values).scalars())


_ALL = _Question(text("SELECT hb_operators()"), text(ALL_OPERATORS))
_DUE = _Question(
    text("SELECT hb_due_operators(:lane, :at)").bindparams(bindparam("at", type_=DateTime(timezone=True))),
    text(DUE_OPERATORS.format(lane=":lane", at=":at")).bindparams(bindparam("at", type_=Instant)),
)
_LEASING = _Question(text("SELECT hb_leasing_operators(:owner)"), text(LEASING_OPERATORS.format(owner=":owner")))
