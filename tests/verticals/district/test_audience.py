"""Audience figures tell of many and of nobody."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from importlib.metadata import entry_points
from math import exp

import pytest
from sqlalchemy import MetaData

from hospital_bridge.slot import GROUP, Vertical
from hospital_bridge.verticals.district.audience import release as releasing
from hospital_bridge.verticals.district.audience.noise import laplace
from hospital_bridge.verticals.district.audience.release import (
    FEWEST,
    BudgetSpent,
    Cost,
    Figure,
    charge,
    release,
    shown_from,
)
from hospital_bridge.verticals.district.audience.tables import TABLES, AudienceTable, Dimension, NotOurs
from hospital_bridge.verticals.hospital import VERTICAL as HOSPITAL
from hospital_bridge.verticals.transit import VERTICAL as TRANSIT
from tests.verticals.district.coin import Coin

BAND = Dimension("band", ("young", "old"), "district_member")
FLOOR = Dimension("floor", ("1", "2"), "district_visit")
TABLE = AudienceTable("band", (BAND,), 100)
COST = Cost("2026-10", "band", 100)


def people(young: int, old: int) -> list[dict[str, str]]:
    return [{"band": "young"}] * young + [{"band": "old"}] * old


def test_the_noise_is_as_often_what_it_is_as_its_law_says() -> None:
    coin, draws = Coin(1), 20_000
    drawn = Counter(laplace(1000, coin) for _ in range(draws))
    for value in range(-4, 5):
        expected = draws * (1 - exp(-1)) / (1 + exp(-1)) * exp(-abs(value))
        # Five standard deviations: with these bits it holds, and a wrong law is far outside.
        assert abs(drawn[value] - expected) < 5 * expected**0.5, value


@pytest.mark.parametrize("milli", [1, 50, 3000])
def test_the_noise_is_as_wide_as_its_epsilon_says(milli: int) -> None:
    coin, draws = Coin(2), 3000
    mean = sum(abs(laplace(milli, coin)) for _ in range(draws)) / draws
    decay = exp(-milli / 1000)
    expected = 2 * decay / (1 - decay * decay)
    assert abs(mean - expected) < 0.1 * expected + 0.01


def guesses_right(how_often: int, *, rule: bool, monkeypatch: pytest.MonkeyPatch) -> int:
    """The subtraction attack: somebody who knows all others asks twice, and says whether one person was counted."""
    right = 0
    if not rule:
        monkeypatch.setattr(releasing, "laplace", lambda milli, bits: 0)
    for number in range(how_often):
        coin, is_there = Coin(number), number % 2
        shown = release(TABLE, people(500 + is_there, 700), COST, coin).figures[0].people
        assert shown is not None
        right += (shown - 500 > 0) == bool(is_there)
    return right


def test_subtracting_two_figures_singles_out_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """At an epsilon of 0.1 no guess can be right more often than in 52.5 %; without the noise it always is."""
    assert guesses_right(1000, rule=True, monkeypatch=monkeypatch) < 575
    assert guesses_right(1000, rule=False, monkeypatch=monkeypatch) == 1000


def test_a_table_asked_again_is_not_noised_again() -> None:
    with pytest.raises(ValueError, match="released once"):
        charge([COST], TABLE, "2026-10", 10_000)
    assert charge([COST], TABLE, "2026-11", 100) == Cost("2026-11", "band", 100)


def test_what_is_spent_of_the_budget_is_spent() -> None:
    other = Cost("2026-10", "floor", 850)
    assert charge([other], TABLE, "2026-10", 950) == COST
    with pytest.raises(BudgetSpent):
        charge([other], TABLE, "2026-10", 949)


def test_a_small_cell_is_not_shown_whatever_the_noise() -> None:
    shown = Counter[int]()
    for seed in range(300):
        for young in (0, 1, FEWEST - 1, 400):
            figure = release(TABLE, people(young, 0), COST, Coin(seed)).figures[0]
            shown[young] += figure.people is not None
    assert shown == {0: 0, 1: 0, FEWEST - 1: 0, 400: 300}
    assert shown_from(1000) == 25


def test_an_empty_cell_is_there_like_any_other() -> None:
    table = AudienceTable("both", (BAND, FLOOR), 100)
    cost = Cost("2026-10", "both", 100)
    assert {figure.cell for figure in release(table, [], cost, Coin()).figures} == set(table.cells)
    assert release(table, [], cost, Coin()).figures[0] == Figure(("young", "1"), None)


def test_there_are_no_filters_and_no_third_dimension() -> None:
    with pytest.raises(ValueError, match="one dimension or 2"):
        AudienceTable("three", (BAND, FLOOR, Dimension("sex", ("f", "m"), "district_member")), 100)
    assert all(len(table.dimensions) <= 2 for table in TABLES)
    assert len({table.name for table in TABLES}) == len(TABLES)


def test_a_person_with_an_unknown_value_is_not_counted_as_something_else() -> None:
    with pytest.raises(ValueError, match="does not know"):
        release(TABLE, [{"band": "middle"}], COST, Coin())


def installed() -> list[Vertical]:
    loaded = [point.load() for point in entry_points(group=GROUP)]
    return [*{vertical.manifest.name: vertical for vertical in (*loaded, HOSPITAL, TRANSIT)}.values()]


def test_no_other_vertical_and_least_of_all_the_hospital_contributes_audience_data() -> None:
    sources = {dimension.source for table in TABLES for dimension in table.dimensions}
    others = [vertical for vertical in installed() if vertical.manifest.name != "district"]
    assert "hospital" in {vertical.manifest.name for vertical in others}
    for vertical in others:
        assert isinstance(vertical.tables, MetaData)
        assert not sources & set(vertical.tables.tables)
        contributed = [field.name for field in fields(vertical) if "audience" in field.name]
        assert not any(getattr(vertical, name) for name in contributed)


@pytest.mark.parametrize("table", ["hospital_visit", "hospital_report", "subject", "transit_tap"])
def test_a_dimension_from_outside_the_district_is_refused(table: str) -> None:
    with pytest.raises(NotOurs):
        Dimension("diagnosis", ("yes", "no"), table)
