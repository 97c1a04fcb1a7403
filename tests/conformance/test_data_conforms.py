"""What a vertical keeps: its own tables from nothing, each operator's apart, and of a person nothing once erased."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import inspect, text

from hospital_bridge.slot import HOLDS, NOTHING_PERSONAL
from hospital_bridge.store.keys import Erased
from hospital_bridge.store.left_behind import rows_of
from hospital_bridge.store.migrations.runner import is_vertical_current
from tests.conformance.candidates import Candidate
from tests.conformance.conftest import OPERATOR, PERSON, House
from tests.fixtures_store import Database


def tables(candidate: Candidate) -> Mapping[str, Any]:
    return {} if candidate.vertical.tables is None else dict(candidate.vertical.tables.tables)


def contents(house: House) -> dict[str, list[Mapping[str, Any]]]:
    """Every row of the vertical at the operator, as it is stored."""
    with house.store.read(OPERATOR) as work:
        return {name: list(rows_of(work, table)) for name, table in tables(house.candidate).items()}


def test_the_migrations_make_what_is_declared(candidate: Candidate, migrated: Database) -> None:
    standing = inspect(migrated.owner)
    for name, table in tables(candidate).items():
        assert {column["name"] for column in standing.get_columns(name)} == set(table.columns.keys()), name
    if candidate.vertical.migrations is not None:
        where = candidate.vertical.migrations
        assert is_vertical_current(migrated.engine, candidate.name, where, candidate.vertical.tables)


def test_the_operator_leads_every_key(candidate: Candidate, migrated: Database) -> None:
    for name, table in tables(candidate).items():
        assert next(iter(table.primary_key.columns)).name == "operator_id", name
        assert inspect(migrated.owner).get_pk_constraint(name)["constrained_columns"][0] == "operator_id", name


def test_the_database_itself_keeps_operators_apart(candidate: Candidate, migrated: Database) -> None:
    if migrated.name == "sqlite":
        return  # SQLite has no such thing; there the store's predicate is all (tests/store/test_tenancy.py).
    asked = text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    with migrated.owner.connect() as connection:
        guarded = set(connection.execute(asked).scalars())
    assert set(tables(candidate)) <= guarded


def test_no_foreign_key_of_the_core_points_to_it(candidate: Candidate, migrated: Database) -> None:
    standing = inspect(migrated.owner)
    others = [name for name in standing.get_table_names() if name not in tables(candidate)]
    targets = {key["referred_table"] for name in others for key in standing.get_foreign_keys(name)}
    assert targets & set(tables(candidate)) == set()


def test_what_is_sealed_stands_nowhere_in_the_clear(house: House) -> None:
    _keep(house)
    stored = json.dumps(contents(house), ensure_ascii=False)
    assert [secret for secret in house.candidate.example.secrets if secret in stored] == []


def test_a_person_gets_what_is_kept_and_nothing_of_it_can_be_read_after_the_erasure(house: House) -> None:
    vertical = house.candidate.vertical
    subject_id = _keep(house)
    if vertical.export_subject is None or vertical.erase_subject is None:
        assert all(not table.columns.get("subject_id") for table in tables(house.candidate).values())
        return
    with house.scope.begin() as work:
        told = json.dumps(vertical.export_subject(work, subject_id), ensure_ascii=False)
    assert [secret for secret in house.candidate.example.secrets if secret not in told] == []
    with house.scope.begin() as work:
        vertical.erase_subject(work, subject_id)
        work.work.subjects.forget(subject_id)
    try:
        with house.scope.begin() as work:
            left = json.dumps(vertical.export_subject(work, subject_id), ensure_ascii=False)
    except Erased:
        left = ""
    assert [secret for secret in house.candidate.example.secrets if secret in left] == []
    _assert_unreadable(house, subject_id)


def _assert_unreadable(house: House, subject_id: str) -> None:
    """Of a row that stays under the person's id, every column of personal data is empty."""
    stored = contents(house)
    left = [
        f"{name}.{column.name}"
        for name, table in tables(house.candidate).items()
        for column in table.columns
        if column.info.get(HOLDS) not in {None, NOTHING_PERSONAL}
        for row in stored[name]
        if row.get("subject_id") == subject_id and row[column.name]
    ]
    assert left == []


def test_a_job_that_runs_twice_changes_nothing_the_second_time(house: House, subtests: pytest.Subtests) -> None:
    refs = _keep_refs(house)[1]
    for reaction in house.candidate.vertical.reactions:
        ref = OPERATOR if reaction.every else refs.get(reaction.topic, "")
        if ref:
            with subtests.test(topic=reaction.topic):
                reaction.handler(house.scope, ref)
                once = contents(house)
                reaction.handler(house.scope, ref)
                assert contents(house) == once


def _keep(house: House) -> str:
    return _keep_refs(house)[0]


def _keep_refs(house: House) -> tuple[str, Mapping[str, str]]:
    """A person and the example of what is kept of them; their id, and refs by job topic."""
    with house.scope.begin() as work:
        subject_id = work.work.subjects.keep(PERSON)
        return subject_id, house.candidate.example.keep(work, subject_id)
