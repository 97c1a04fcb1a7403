"""The figures of a month: counted once from the mall's own rows of those who agree, until the budget is spent."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hospital_bridge.declared import NotDeclared
from hospital_bridge.verticals.district import looking_after
from hospital_bridge.verticals.district import store as district_store
from hospital_bridge.verticals.district.audience.ages import age_group
from hospital_bridge.verticals.district.audience.counting import band, months_over, people
from hospital_bridge.verticals.district.audience.release import BudgetSpent, Cost
from hospital_bridge.verticals.district.audience.release import release as pure
from hospital_bridge.verticals.district.audience.tables import SPENDING, TABLES, VISITS
from hospital_bridge.verticals.district.presence import agreeing
from hospital_bridge.verticals.district.roles import HOST, MANAGER
from hospital_bridge.verticals.district.selling.purchase import Purchase, State
from hospital_bridge.verticals.district.store import audience, consents, members, purchases
from hospital_bridge.verticals.district.store.consents import Purpose
from hospital_bridge.verticals.hospital import VERTICAL as HOSPITAL
from hospital_bridge.verticals.hospital import store as hospital_store
from hospital_bridge.verticals.hospital.settings import HospitalSettings
from tests.conformance.examples import hospital as hospital_example
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.district.coin import Coin
from tests.verticals.district.visiting import STAFF, MallWorld, scope_of
from tests.web.scripted_hospital import SHANGHAI
from tests.web.visitor import get, post

MONTH, DAY = "2026-10", date(2026, 10, 12)
FIGURES = f"{STAFF}figures"


def counted(world: MallWorld) -> Any:
    with world.scope.read() as work:
        return sorted(people(work, MONTH, SHANGHAI), key=str)


def came(world: MallWorld, *subjects: str, agree: bool = True) -> None:
    """Visitors of October, of whom those who agree are counted."""
    with world.scope.begin() as work:
        for subject in subjects:
            if agree:
                consents.give(work, subject, Purpose.FIGURES)
            members.keep(work, subject, "25-34")
            members.came(work, subject, DAY)
            members.came(work, subject, DAY)


def release(world: MallWorld, number: int, seed: int, budget: int = 1500) -> Any:
    with world.scope.begin() as work:
        who = people(work, MONTH, SHANGHAI)
        return list(audience.release_once(work, TABLES[number], MONTH, budget, who, Coin(seed)))


def test_only_who_agrees_at_that_moment_is_counted_by_days_and_money(world: MallWorld) -> None:
    came(world, "ann", "bob")
    came(world, "cid", agree=False)
    bought = datetime(2026, 10, 31, 15, tzinfo=UTC)
    with world.scope.begin() as work:
        for number, (who, at, state) in enumerate([
            ("ann", bought, State.PAID),
            ("bob", bought, State.REFUNDED),
            ("bob", datetime(2026, 10, 31, 16, tzinfo=UTC), State.PAID),
        ]):  # fmt: skip
            purchases.add(work, Purchase(f"p{number}", who, "w", "books", 20_100, 0, 0, at, state))
    spent = {"age": "25-34", "visits": "1", "spending": "201-1000"}
    assert counted(world) == [spent | {"spending": "0"}, spent]
    with world.scope.begin() as work:
        agreeing.withdraw(work, "ann", Purpose.FIGURES)
    assert counted(world) == [spent | {"spending": "0"}]


def test_what_the_hospital_knows_of_the_same_person_changes_no_figure(
    world: MallWorld, database: Database, clock: FakeClock
) -> None:
    """A registration, a visit, a report and a bill of a member, and of somebody who never came to the mall."""
    database.add_tables(hospital_store.metadata)
    settings = HospitalSettings().load(dict(hospital_example.EXAMPLE.settings))
    hospital = scope_of(HOSPITAL, settings, world.store, clock)
    member, _ = world.person(1)
    came(world, member)
    before, figures = counted(world), [release(world, number, seed=7) for number in range(len(TABLES))]
    with hospital.begin() as work:
        hospital_example.keep(work, member)
    assert counted(world) == before
    with world.scope.begin() as work:
        for figures_of in (audience.AUDIENCE_COST, audience.AUDIENCE_FIGURE):
            work.table(figures_of).remove()
    assert [release(world, number, seed=7) for number in range(len(TABLES))] == figures
    with world.scope.begin() as work:
        for table in hospital_store.metadata.sorted_tables:
            with pytest.raises(NotDeclared):
                work.table(table)


def test_every_dimension_is_read_from_a_table_of_the_district() -> None:
    sources = {dimension.source for table in TABLES for dimension in table.dimensions}
    assert sources <= set(district_store.metadata.tables)


def test_who_asks_again_or_later_learns_nothing_more(world: MallWorld) -> None:
    """Neither new noise, which could be averaged away, nor the difference that one person made who left since."""
    subjects = [f"s{number}" for number in range(120)]
    came(world, *subjects)
    first = release(world, 1, seed=1)
    assert first[0].people is not None
    with world.scope.begin() as work:
        agreeing.withdraw(work, subjects[0], Purpose.FIGURES)
    assert release(world, 1, seed=2) == first


def test_subtracting_one_table_from_another_does_not_give_a_person_away(world: MallWorld) -> None:
    """Two tables of the same people differ by chance: one person more or less is lost in it."""
    came(world, *[f"s{number}" for number in range(120)])
    who, by_age, by_both = counted(world), TABLES[0], TABLES[2]
    off = []
    for seed in range(100):
        one, other = (
            {
                figure.cell: figure.people
                for figure in pure(table, who, Cost(MONTH, table.name, table.milli_epsilon), Coin(seed * 2 + n)).figures
            }
            for n, table in enumerate((by_age, by_both))
        )
        off.append((one["25-34",] or 0) - (other["25-34", "1"] or 0))
    assert sum(abs(each) >= 1 for each in off) > 75
    assert len(set(off)) > 10


def test_the_budget_runs_out_and_the_page_says_why(world: MallWorld) -> None:
    world.settings["audience_budget"] = 700
    came(world, *[f"s{number}" for number in range(200)])
    manager, page = world.desk(MANAGER), f"{FIGURES}/{MONTH}"
    assert post(manager, f"{page}/visits", {}, from_page=page).headers["Location"] == page
    shown = get(manager, page).text
    assert re.search(r"<td>(1[5-9]|2[0-4])\d</td>", shown)
    assert "人数过少" in shown
    assert "额度还剩 64%" in shown
    post(manager, f"{page}/age", {}, from_page=page)
    refused = post(manager, f"{page}/age_visits", {}, from_page=page)
    assert refused.status_code == 409
    assert "可能暴露个人信息" in refused.text
    with pytest.raises(BudgetSpent):
        release(world, 3, seed=1, budget=700)


def test_only_the_manager_reads_figures_and_only_of_months_that_are_over(world: MallWorld) -> None:
    manager, host = world.desk(MANAGER), world.desk(HOST)
    assert get(host, FIGURES).status_code == 403
    assert MONTH in get(manager, FIGURES).text
    for month in ("2026-11", "2026-07", "nonsense"):
        assert get(manager, f"{FIGURES}/{month}").status_code == 404
        assert post(manager, f"{FIGURES}/{month}/age", {}, from_page=FIGURES).status_code == 404
    assert months_over(date(2027, 1, 31)) == ["2026-12", "2026-11", "2026-10"]


def test_the_doctor_says_whose_share_has_no_account_and_how_many_tables_a_month_pays_for(world: MallWorld) -> None:
    shares, well = looking_after.doctor(world.scope)
    assert (shares.said, bool(shares.remedy)) == ({"without": 3, "all": 3}, True)
    assert (well.said["paid"], well.remedy) == (4, "")
    world.settings["audience_budget"] = 999
    _, poor = looking_after.doctor(world.scope)
    assert poor.said["paid"] == 2
    assert poor.remedy


def test_everybody_falls_into_one_band() -> None:
    assert [band(VISITS, days) for days in (1, 2, 4, 5, 9, 10, 31)] == ["1", "2-4", "2-4", "5-9", "5-9", "10+", "10+"]
    assert [band(SPENDING, yuan) for yuan in (0, 1, 200, 201, 1001)] == ["0", "1-200", "1-200", "201-1000", "1001+"]
    today = date(2026, 11, 27)
    born = {17: "unknown", 18: "18-24", 25: "25-34", 44: "35-44", 59: "45-59", 60: "60+", 99: "60+"}
    assert {age: age_group(date(2026 - age, 11, 27), today) for age in born} == born
    assert age_group(date(2008, 11, 28), today) == "unknown"
