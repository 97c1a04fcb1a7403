"""Those who agreed to be counted: an age group each, and in each month on how many days they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Date, Integer, Row, String, Table

from hospital_bridge.slot import holds
from hospital_bridge.store.metadata import ID, operator_column
from hospital_bridge.verticals.district.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from hospital_bridge.slot import VerticalWork

AUDIENCE = "audience"
MEMBER = Table(
    "district_member",
    metadata,
    operator_column(),
    Column("subject_id", ID, primary_key=True),
    Column("age", String(16), nullable=False, info=holds(AUDIENCE)),
)
VISIT_MONTH = Table(
    "district_visit_month",
    metadata,
    operator_column(),
    Column("month", String(7), primary_key=True),
    Column("subject_id", ID, primary_key=True),
    Column("days", Integer, nullable=False, info=holds(AUDIENCE)),
    Column("last_day", Date, nullable=False, info=holds(AUDIENCE)),
)


def keep(work: VerticalWork, subject_id: str, age: str) -> None:
    """The age group of somebody who agreed to be counted."""
    if not work.table(MEMBER).change(MEMBER.c.subject_id == subject_id, age=age):
        work.table(MEMBER).add(subject_id=subject_id, age=age)


def ages(work: VerticalWork) -> Mapping[str, str]:
    """The age group of everybody who agreed, by subject id."""
    return {row.subject_id: row.age for row in work.table(MEMBER).all()}


def came(work: VerticalWork, subject_id: str, day: date) -> None:
    """Count a day on which the person came, once. The caller holds the person's agreement."""
    it = (VISIT_MONTH.c.subject_id == subject_id, VISIT_MONTH.c.month == month_of(day))
    if work.table(VISIT_MONTH).one(*it) is None:
        work.table(VISIT_MONTH).add(subject_id=subject_id, month=month_of(day), days=1, last_day=day)
    else:
        work.table(VISIT_MONTH).change(*it, VISIT_MONTH.c.last_day != day, days=VISIT_MONTH.c.days + 1, last_day=day)


def visit_days(work: VerticalWork, month: str) -> Mapping[str, int]:
    """On how many days of a month each person came."""
    return {row.subject_id: row.days for row in work.table(VISIT_MONTH).all(VISIT_MONTH.c.month == month)}


def of_subject(work: VerticalWork, subject_id: str) -> tuple[Row[Any] | None, Sequence[Row[Any]]]:
    """What is kept of a person: their age group, and the months."""
    months = work.table(VISIT_MONTH).all(VISIT_MONTH.c.subject_id == subject_id, order_by=(VISIT_MONTH.c.month,))
    return work.table(MEMBER).one(MEMBER.c.subject_id == subject_id), months


def forget(work: VerticalWork, subject_id: str) -> None:
    """Count the person no more; released figures stay, for they are of nobody."""
    work.table(MEMBER).remove(MEMBER.c.subject_id == subject_id)
    work.table(VISIT_MONTH).remove(VISIT_MONTH.c.subject_id == subject_id)


def forget_before(work: VerticalWork, month: str) -> int:
    """Drop the months before that one; how many rows there were."""
    return int(work.table(VISIT_MONTH).remove(VISIT_MONTH.c.month < month))


def month_of(day: date) -> str:
    """The month of a day, such as 2026-10."""
    return f"{day:%Y-%m}"
