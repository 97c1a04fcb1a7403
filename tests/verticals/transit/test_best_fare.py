from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hospital_bridge.verticals.transit.best_fare import MOST_CAPS, DayFare, Why, best_fare
from hospital_bridge.verticals.transit.journeys import Journey, Missing, rider_days
from hospital_bridge.verticals.transit.network import TransferRule
from hospital_bridge.verticals.transit.taps import Tap
from hospital_bridge.verticals.transit.tariff import DayCap, NoFare, Tariff, tariff_of
from tests.verticals.transit.linjiang import network
from tests.verticals.transit.riders import ACCOUNT, MORNING
from tests.verticals.transit.tapping import RULES, board, enter, leave, some_tap, some_taps

CENTRE = DayCap(700, frozenset({"1", "2"}))
EVERYWHERE = DayCap(1100)
TARIFF = tariff_of(network(), (CENTRE, EVERYWHERE))
PLAIN = replace(tariff_of(network()), transfer=TransferRule(0, timedelta()))
STATIONS = ("S01", "S02", "S04", "S06", "S11")


def ride(origin: str, destination: str, minutes: float, missing: Missing | None = None) -> Journey:
    begins = MORNING + timedelta(minutes=minutes)
    return Journey(
        account=ACCOUNT,
        service_day=RULES.service_day(begins),
        begins=begins,
        origin=origin,
        destination=destination,
        line_id="B18" if origin.startswith("B") else "",
        missing=missing,
    )


def journeys_of(taps: Sequence[Tap]) -> list[Journey]:
    days = rider_days(sorted(taps, key=lambda tap: tap.place), RULES)
    return [journey for day in days for journey in day.journeys]


def total(journeys: Sequence[Journey], tariff: Tariff = TARIFF) -> int:
    return best_fare(journeys, tariff).total_fen


def whys(fare: DayFare) -> list[tuple[int, Why]]:
    return [(part.paid_fen, part.why) for part in fare.journeys]


# --- what a journey costs alone


@pytest.mark.parametrize(
    ("journey", "fen"),
    [
        (ride("S04", "S05", 0), 200),
        (ride("S04", "S06", 0), 300),
        (ride("S01", "S04", 0), 400),
        (ride("S04", "S04", 0), 200),
        (ride("B01", "", 0), 200),
        (ride("S01", "", 0, Missing.EXIT), 400),
        (ride("", "S02", 0, Missing.ENTRY), 300),
    ],
)
def test_a_journey_costs_by_its_zones_or_its_line_and_its_dearest_where_a_tap_is_missing(
    journey: Journey, fen: int
) -> None:
    assert TARIFF.fare(journey) == fen


def test_the_operator_may_declare_what_a_missing_tap_costs() -> None:
    assert replace(TARIFF, missing_tap_fen=600).fare(ride("S01", "", 0, Missing.EXIT)) == 600


@pytest.mark.parametrize("journey", [ride("S01", "S99", 0), replace(ride("B01", "", 0), line_id="B99")])
def test_a_place_that_the_feed_does_not_know_has_no_price(journey: Journey) -> None:
    with pytest.raises(NoFare):
        best_fare([journey], TARIFF)


# --- what a day costs


def test_a_day_without_journeys_costs_nothing() -> None:
    assert best_fare([], TARIFF) == DayFare(0, ())


def test_within_the_window_the_dearest_ride_is_paid() -> None:
    day = [ride("B01", "", 0), ride("S04", "S11", 30), ride("B01", "", 60)]
    fare = best_fare(day, TARIFF)
    assert fare.total_fen == 400
    assert whys(fare) == [(0, Why.TRANSFER), (400, Why.FARE), (0, Why.TRANSFER)]


@pytest.mark.parametrize(("minutes", "fen"), [(90, 200), (91, 400)])
def test_the_window_counts_from_the_first_beginning(minutes: int, fen: int) -> None:
    assert total([ride("B01", "", 0), ride("B03", "", minutes)]) == fen


def test_only_so_many_transfers_are_allowed() -> None:
    assert total([ride("B01", "", minutes) for minutes in (0, 20, 40, 60)]) == 400


def test_the_cut_is_chosen_for_the_day_not_ride_by_ride() -> None:
    # Taking the second ride into the first fare would leave the third and fourth apart.
    day = [ride("S04", "S05", 0), ride("S01", "S04", 60), ride("S04", "S05", 100), ride("S04", "S01", 145)]
    assert total(day) == 600
    assert whys(best_fare(day, TARIFF))[0] == (200, Why.FARE)


def test_a_journey_that_lacks_a_tap_is_part_of_no_transfer() -> None:
    assert total([ride("B01", "", 0), ride("S01", "", 10, Missing.EXIT)]) == 600


def test_who_rides_in_the_centre_all_day_pays_the_cap_of_the_centre() -> None:
    day = [ride("S04", "S06", 100 * number) for number in range(5)]
    fare = best_fare(day, TARIFF)
    assert (fare.total_fen, fare.caps) == (700, (CENTRE,))
    assert whys(fare) == [(0, Why.CAP)] * 5


def test_a_journey_beyond_the_zones_is_paid_beside_the_cap() -> None:
    day = [ride("S04", "S06", 100 * number) for number in range(5)] + [ride("S01", "S02", 600)]
    fare = best_fare(day, TARIFF)
    assert (fare.total_fen, fare.caps) == (1000, (CENTRE,))
    assert whys(fare)[-1] == (300, Why.FARE)


def test_nobody_pays_more_than_the_whole_network_costs() -> None:
    day = [ride("S01", "", 100 * number, Missing.EXIT) for number in range(9)]
    assert best_fare(day, TARIFF).caps == (EVERYWHERE,)
    assert total(day) == 1100


def test_a_cap_that_saves_nothing_is_not_taken() -> None:
    fare = best_fare([ride("S04", "S05", 0), ride("S04", "S06", 100), ride("S05", "S04", 200)], TARIFF)
    assert (fare.total_fen, fare.caps) == (700, ())


def test_more_caps_than_can_be_tried_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 6"):
        best_fare([], replace(TARIFF, caps=(CENTRE,) * (MOST_CAPS + 1)))


# --- against trying everything


def cuts(rides: Sequence[Journey]) -> Iterator[list[Sequence[Journey]]]:
    """Every way to cut the rides into runs."""
    if not rides:
        yield []
    for length in range(1, len(rides) + 1):
        for rest in cuts(rides[length:]):
            yield [rides[:length], *rest]


def is_allowed(run: Sequence[Journey], tariff: Tariff) -> bool:
    if len(run) == 1:
        return True
    within = max(one.begins for one in run) - min(one.begins for one in run) <= tariff.transfer.window
    return within and len(run) <= tariff.transfer.most + 1 and not any(one.missing for one in run)


def cheapest_cut(rides: Sequence[Journey], tariff: Tariff) -> int:
    allowed = (cut for cut in cuts(rides) if all(is_allowed(run, tariff) for run in cut))
    return min(sum(max(map(tariff.fare, run)) for run in cut) for cut in allowed)


def try_everything(journeys: Sequence[Journey], tariff: Tariff) -> int:
    """The least over every set of caps, every choice of what these cover, and every cut of what is left."""
    rides = sorted(journeys, key=lambda one: (one.begins, one.line_id, one.origin, one.destination))
    least = cheapest_cut(rides, tariff)
    for size in range(1, len(tariff.caps) + 1):
        for caps in combinations(tariff.caps, size):
            may = [any(cap.covers(tariff.zones(one)) for cap in caps) for one in rides]
            for chosen in product(*((True, False) if able else (False,) for able in may)):
                paid = [one for one, is_covered in zip(rides, chosen, strict=True) if not is_covered]
                least = min(least, sum(cap.fen for cap in caps) + cheapest_cut(paid, tariff))
    return least


def some_ride() -> st.SearchStrategy[Journey]:
    minutes = st.integers(0, 400).map(float)
    whole = st.builds(ride, st.sampled_from(STATIONS), st.sampled_from(STATIONS), minutes)
    broken = st.builds(ride, st.sampled_from(STATIONS), st.just(""), minutes, st.just(Missing.EXIT))
    bus = st.builds(ride, st.sampled_from(["B01", "B03"]), st.just(""), minutes)
    return st.one_of(whole, whole, bus, broken)


def some_tariff() -> st.SearchStrategy[Tariff]:
    zones = st.frozensets(st.sampled_from(["1", "2", "3"]), max_size=2)
    caps = st.lists(st.builds(DayCap, st.integers(0, 12).map(lambda yuan: yuan * 100), zones), max_size=3)
    rules = st.builds(
        TransferRule, st.integers(0, 3), st.sampled_from([0, 30, 90, 400]).map(lambda m: timedelta(minutes=m))
    )
    return st.builds(lambda caps, rule: replace(TARIFF, caps=tuple(caps), transfer=rule), caps, rules)


@given(day=st.lists(some_ride(), max_size=5), tariff=some_tariff())
def test_the_best_fare_is_what_trying_everything_finds(day: list[Journey], tariff: Tariff) -> None:
    assert total(day, tariff) == try_everything(day, tariff)


def random_day(number: int) -> list[Journey]:
    """A day drawn from the digest of its number: the same in every run, like no other."""
    drawn = hashlib.blake2b(number.to_bytes(4, "big"), digest_size=40).digest()
    day = []
    for place in range(drawn[0] % 6):
        start, end, *when, odd = drawn[1 + 5 * place : 6 + 5 * place]
        minutes = float(int.from_bytes(bytes(when), "big") % 500)
        origin = (*STATIONS, "B01", "B03")[start % 7]
        if origin.startswith("B"):
            day.append(ride(origin, "", minutes))
        elif odd % 8 == 0:
            day.append(ride(origin, "", minutes, Missing.EXIT))
        else:
            day.append(ride(origin, STATIONS[end % 5], minutes))
    return day


def test_ten_thousand_days_cost_what_trying_everything_finds() -> None:
    different = [number for number in range(10_000) if total(day := random_day(number)) != try_everything(day, TARIFF)]
    assert different == []


# --- what one more tap does


@given(day=st.lists(some_ride(), max_size=7), more=some_ride(), tariff=some_tariff())
def test_one_more_journey_never_lowers_the_day(day: list[Journey], more: Journey, tariff: Tariff) -> None:
    assert total([*day, more], tariff) >= total(day, tariff)


def lacking(journeys: Sequence[Journey]) -> int:
    return sum(1 for journey in journeys if journey.missing)


def is_a_try_again(tap: Tap, others: Sequence[Tap]) -> bool:
    return any(
        (tap.kind, tap.stop_id) == (other.kind, other.stop_id) and abs(tap.at - other.at) <= RULES.again_within
        for other in others
    )


@settings(max_examples=1000)
@given(
    taps=some_taps(400),
    more=some_tap(400),
    rule=st.sampled_from([TARIFF.transfer, TransferRule(3, timedelta(hours=3))]),
)
def test_one_more_tap_never_lowers_the_day_unless_it_completes_a_journey(
    taps: list[Tap], more: Tap, rule: TransferRule
) -> None:
    """A try again is no tap more: it only moves the moment at which one and the same ride began."""
    assume(not is_a_try_again(more, taps))
    tariff = replace(TARIFF, transfer=rule, by_line={"B18": 1000})
    before, after = journeys_of(taps), journeys_of([*taps, more])
    assert total(after, tariff) >= total(before, tariff) or lacking(after) < lacking(before)


@given(some_taps(400, most=12))
def test_no_day_breaks_a_cap(taps: list[Tap]) -> None:
    journeys = journeys_of(taps)
    assert total(journeys) <= EVERYWHERE.fen
    in_the_centre = [one for one in journeys if CENTRE.covers(TARIFF.zones(one))]
    assert total(in_the_centre) <= CENTRE.fen


@given(some_taps(400))
def test_a_day_never_costs_more_than_its_journeys_alone(taps: list[Tap]) -> None:
    journeys = journeys_of(taps)
    assert total(journeys) <= total(journeys, PLAIN) == sum(map(TARIFF.fare, journeys))


@given(taps=some_taps(400), rest=st.data())
def test_the_parts_make_up_the_total_and_the_order_means_nothing(taps: list[Tap], rest: st.DataObject) -> None:
    journeys = journeys_of(taps)
    fare = best_fare(journeys, TARIFF)
    assert fare.total_fen == sum(part.paid_fen for part in fare.journeys) + sum(cap.fen for cap in fare.caps)
    assert [part.list_fen for part in fare.journeys] == [TARIFF.fare(part.journey) for part in fare.journeys]
    assert best_fare(rest.draw(st.permutations(journeys)), TARIFF) == fare


def test_a_completed_journey_is_charged_for_what_it_was() -> None:
    entry, way_out = enter("S04", 0), leave("S05", 20)
    assert total(journeys_of([entry])) == 400
    assert total(journeys_of([entry, way_out])) == 200
    assert total(journeys_of([entry, way_out, board("B01", 30)])) == 200
