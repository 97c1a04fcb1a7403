"""A vertical that does not fit stops the start with one sentence: its package, what is wrong, a code, what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import Column, MetaData, String, Table

from hospital_bridge.contract import RESERVED
from hospital_bridge.slot import Guard, Page, View
from hospital_bridge.store.metadata import operator_column
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.web.app import create_app
from tests.conformance.planting import PACKAGE, planted
from tests.steered import CountedIds, FakeClock
from tests.web.site_kit import make_kit

CONFIGURATION_FAULT = 78


def manifest(**changes: Any) -> Callable[[Any], Any]:
    return lambda vertical: replace(vertical, manifest=replace(vertical.manifest, **changes))


def page_for(role: str) -> Callable[[Any], Any]:
    return lambda vertical: replace(vertical, pages=(Page("stops", "stops", lambda _: View("x"), role=role),))


def but(**changes: Any) -> Callable[[Any], Any]:
    return lambda vertical: replace(vertical, **changes)


def page(**changes: Any) -> Callable[[Any], Any]:
    return lambda vertical: replace(vertical, pages=(replace(vertical.pages[0], **changes),))


UNLED = MetaData()
Table("rides_trip", UNLED, Column("trip_id", String(32), primary_key=True), operator_column())


@pytest.mark.parametrize(
    ("break_it", "code", "sentence"),
    [
        (manifest(api=2), "HB-C018", "was written for slot api 2, this bridge has 1"),
        (manifest(ports=frozenset({"HisBilling"})), "HB-C016", "needs HisBilling"),
        (manifest(personal_data=()), "HB-C020", "keeps 'destination' in rides_trip.destination"),
        (page_for("driver"), "HB-C020", "the page 'stops' for the role 'driver'"),
        (manifest(name="trips"), "HB-C013", "calls itself 'trips'"),
        (manifest(roles=("",)), "HB-C013", "declares a role without a name"),
        (manifest(roles=None), "HB-C013", "cannot be read: TypeError"),
        (page(method="DELETE"), "HB-C013", "with the method 'DELETE'"),
        (page(path="trips/<trip"), "HB-C013", "at 'trips/<trip', which is no path"),
        (page(path="x/<operator>"), "HB-C013", "at 'x/<operator>', which is no path"),
        (but(settings=None), "HB-C013", "settings that are no class of a marshmallow schema"),
        (but(guards=(Guard(None, None, None),)), "HB-C013", "has a guard that is no Guard"),  # type: ignore[arg-type]
        (but(erase_subject=None), "HB-C013", "can not both export and erase"),
        (but(templates="hospital_bridge.web"), "HB-C020", "which lie outside its package"),
        (but(templates="strangers_rides.none"), "HB-C013", "which is not there"),
        (but(templates=""), "HB-C013", "has pages and names no package of templates"),
        (but(tables=UNLED), "HB-C013", "whose key does not begin with the operator"),
    ],
)
def test_the_start_ends_with_the_packages_name_and_a_code(
    run: Callable[..., Result], rides: Any, monkeypatch: pytest.MonkeyPatch, break_it: Any, code: str, sentence: str
) -> None:
    monkeypatch.setattr(rides, "VERTICAL", break_it(rides.VERTICAL))
    refused = run("doctor")
    assert refused.exit_code == CONFIGURATION_FAULT
    assert "the vertical 'rides' of the package strangers-rides" in refused.stderr
    assert sentence in refused.stderr
    assert f"[{code}]" in refused.stderr


def test_two_packages_that_offer_one_name_are_both_told(run: Callable[..., Result], rides: Any, tmp_path: Path) -> None:
    with planted(tmp_path / "other", distribution="other-rides"):
        refused = run("doctor")
    assert refused.exit_code == CONFIGURATION_FAULT
    assert "the vertical 'rides' is offered by other-rides, strangers-rides [HB-C019]" in refused.stderr


def test_a_catalogue_that_was_not_compiled_is_told_before_anybody_reads_english(
    run: Callable[..., Result], rides: Any, tmp_path: Path
) -> None:
    (tmp_path / "site" / PACKAGE / "catalogues" / "zh_CN.mo").unlink()
    refused = run("doctor")
    assert refused.exit_code == CONFIGURATION_FAULT
    assert "strangers-rides has no compiled catalogue catalogues/zh_CN.mo" in refused.stderr


NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "rides_0002", {after!r}


def upgrade():
    {does}
"""


@pytest.mark.parametrize(
    ("after", "does", "sentence"),
    [
        ("rides_0001", "op.execute('CREATE TABEL trip')", "OperationalError"),
        ("rides_0001", "1 +", "SyntaxError"),
        (None, "pass", "Multiple head revisions"),
        ("rides_0001", "op.create_table('stop', sa.Column('x', sa.Integer))", "StrangeTables: stop"),
        ("rides_0001", "op.add_column('operator', sa.Column('x', sa.Integer))", "StrangeTables: operator"),
    ],
)
def test_migrations_that_break_or_reach_into_others_tables_are_the_packages_fault_and_undone(
    run: Callable[..., Result], rides: Any, tmp_path: Path, after: str | None, does: str, sentence: str
) -> None:
    later = rides.VERTICAL.migrations / "0002_later.py"
    later.write_text(NEXT.format(after=after, does=does), encoding="utf-8")
    refused = run("migrate")
    assert refused.exit_code == CONFIGURATION_FAULT
    assert "the vertical 'rides' of the package strangers-rides has migrations that do not run" in refused.stderr
    assert sentence in refused.stderr
    later.unlink()
    assert run("migrate").exit_code == 0


def test_every_word_that_the_cores_addresses_begin_with_is_reserved(
    store: Store, clock: FakeClock, ids: CountedIds
) -> None:
    areas = {"/p/<operator>/", "/staff/<operator>/", "/device/<operator>/", "/api/v1/<operator>/"}
    rules = [rule.rule for rule in create_app(make_kit(store, clock, ids).site).url_map.iter_rules()]
    below = {rule.removeprefix(area).split("/")[0] for area in areas for rule in rules if rule.startswith(area)}
    assert "messages" in below
    assert below - {"", "hospital"} <= RESERVED
