from __future__ import annotations

import contextlib
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from hospital_bridge.verticals.transit.feed import FeedRefused, FieldFault, read_feed
from hospital_bridge.verticals.transit.network import LineKind, TransferRule
from hospital_bridge.verticals.transit.settings import TransitSettings
from tests.verticals.transit.linjiang import FEED, Draft, network


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    return Draft(tmp_path)


def faults_of(draft: Draft) -> list[tuple[str, int, str]]:
    with pytest.raises(FeedRefused) as refused:
        read_feed(draft.folder)
    return [(fault.file, fault.line, fault.field) for fault in refused.value.faults]


def test_the_feed_says_what_runs_where() -> None:
    city = network()
    assert city.operator == "临江交通"
    assert city.timezone.key == "Asia/Shanghai"
    assert {line.name: line.kind for line in city.lines.values()} == {
        "1号线": LineKind.METRO,
        "2号线": LineKind.METRO,
        "18路": LineKind.BUS,
    }
    assert city.stops["S04"].name == "人民医院"
    assert "S04" in city.stops_of("M1") & city.stops_of("M2")
    trip = city.trips["M1-WORK-0-3"]
    assert trip.headsign == "大学城"
    assert [call.stop_id for call in trip.calls] == ["S01", "S02", "S03", "S04", "S05", "S06", "S07"]


def test_prices_are_fen_and_one_transfer_rule_holds() -> None:
    city = network()
    assert {rule.fen for rule in city.fare_rules} == {200, 300, 400}
    assert city.flat_fare("B18") == 200
    assert city.flat_fare("M1") is None
    assert city.transfer == TransferRule(2, timedelta(minutes=90))


def test_the_last_train_ends_after_midnight_of_its_service_day() -> None:
    assert network().trips["M1-WORK-0-3"].calls[-1].arrives == timedelta(hours=24, minutes=8)


@pytest.mark.parametrize(
    ("day", "running"),
    [
        (date(2026, 9, 30), "WORK"),
        (date(2026, 10, 1), "REST"),
        (date(2026, 10, 10), "WORK"),
        (date(2026, 10, 11), "REST"),
    ],
)
def test_a_single_date_beats_the_week(day: date, running: str) -> None:
    assert [name for name, service in network().services.items() if service.runs_on(day)] == [running]


def test_nothing_runs_outside_the_calendar() -> None:
    assert not any(service.runs_on(date(2027, 1, 4)) for service in network().services.values())


def test_a_feed_that_is_still_one_archive_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "feed.zip"
    archive.write_bytes(b"PK")
    with pytest.raises(FeedRefused):
        read_feed(archive)


@pytest.mark.parametrize("file", ["agency.txt", "calendar.txt", "trips.txt"])
def test_a_table_without_rows_is_refused(draft: Draft, file: str) -> None:
    table = draft.folder / file
    table.write_text(table.read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    assert (file, 0, "") in faults_of(draft)


def test_a_cap_within_a_zone_that_the_feed_does_not_know_is_refused() -> None:
    caps = [{"fen": 700, "zones": ["1"]}, {"fen": 700, "zones": ["1", "9"]}]
    with pytest.raises(ValidationError) as refused:
        TransitSettings(only=("feed", "day_caps", "boarding")).load({"feed": str(FEED), "day_caps": caps})
    assert refused.value.messages == {"day_caps": {1: ["no stop lies in 9"]}}


def test_a_byte_order_mark_and_the_order_of_rows_mean_nothing(draft: Draft) -> None:
    stops, times = draft.folder / "stops.txt", draft.folder / "stop_times.txt"
    stops.write_text("\ufeff" + stops.read_text(encoding="utf-8"), encoding="utf-8")
    header, *rows = times.read_text(encoding="utf-8").splitlines()
    times.write_text("\r\n".join([header, *reversed(rows), ""]), encoding="utf-8", newline="")
    assert read_feed(draft.folder) == read_feed(FEED)


@pytest.mark.parametrize(
    ("file", "old", "new", "field"),
    [
        ("agency.txt", "Asia/Shanghai", "Asia/Linjiang", "agency_timezone"),
        ("stops.txt", "S05,滨江公园,30.1150", "S05,滨江公园,91.1150", "stop_lat"),
        ("stops.txt", "S05,滨江公园,30.1150", "S05,,30.1150", "stop_name"),
        ("stops.txt", "S05,滨江公园", "S04,滨江公园", "stop_id"),
        ("stops.txt", "119.0000,1", "119.0000,", "zone_id"),
        ("routes.txt", "18路,人民医院东门—纺织厂,3", "18路,人民医院东门—纺织厂,8", "route_type"),
        ("calendar.txt", "WORK,1,1", "WORK,1,2", "tuesday"),
        ("calendar.txt", "REST,0,0,0,0,0,1,1,20260101,20261231", "REST,0,0,0,0,0,1,1,20260101,20260231", "end_date"),
        ("calendar.txt", "REST,0,0,0,0,0,1,1,20260101,20261231", "REST,0,0,0,0,0,1,1,20260101,20251231", "end_date"),
        ("calendar_dates.txt", "WORK,20261001,2", "NIGHT,20261001,2", "service_id"),
        ("calendar_dates.txt", "WORK,20261010,1", "WORK,20261001,1", "date"),
        ("trips.txt", "M1,WORK,M1-WORK-0-1", "M9,WORK,M1-WORK-0-1", "route_id"),
        ("stop_times.txt", "M1-WORK-0-1,06:33:00,06:33:30,S02,2", "M1-WORK-0-1,06:33,06:33:30,S02,2", "arrival_time"),
        ("stop_times.txt", "06:33:00,06:33:30,S02,2", "06:33:00,06:32:30,S02,2", "departure_time"),
        ("stop_times.txt", "06:33:00,06:33:30,S02,2", "06:30:00,06:33:30,S02,2", "arrival_time"),
        ("stop_times.txt", "06:33:00,06:33:30,S02,2", "06:33:00,06:33:30,S02,1", "stop_sequence"),
        ("stop_times.txt", "06:33:00,06:33:30,S02,2", "06:33:00,06:33:30,S99,2", "stop_id"),
        ("fare_attributes.txt", "far,4.00,CNY", "far,4.005,CNY", "price"),
        ("fare_attributes.txt", "far,4.00,CNY", "far,-4.00,CNY", "price"),
        ("fare_attributes.txt", "far,4.00,CNY", "far,4.00,USD", "currency_type"),
        ("fare_attributes.txt", "far,4.00,CNY,1,2,5400", "far,4.00,CNY,1,2,3600", "transfers"),
        ("fare_attributes.txt", "far,4.00,CNY,1,2,5400", "far,4.00,CNY,1,3,5400", "transfers"),
        ("fare_attributes.txt", "far,4.00,CNY,1,2,5400", "far,4.00,CNY,1,2,", "transfer_duration"),
        ("fare_rules.txt", "bus,B18,,", "bus,B19,,", "route_id"),
        ("fare_rules.txt", "far,,1,3", "far,,1,4", "destination_id"),
        ("fare_rules.txt", "bus,B18,,", "bus,B18,1,", "route_id"),
    ],
)
def test_a_fault_is_told_with_file_line_and_field(draft: Draft, file: str, old: str, new: str, field: str) -> None:
    draft.replace(file, old, new)
    assert (file, draft.line_of(file, new), field) in faults_of(draft)


def test_one_fault_has_no_echo(draft: Draft) -> None:
    draft.replace("stop_times.txt", "06:33:00,06:33:30,S02,2", "06:33:00,soon,S02,2")
    assert faults_of(draft) == [("stop_times.txt", 3, "departure_time")]


def test_every_fault_is_told_at_once(draft: Draft) -> None:
    draft.replace("stops.txt", "S05,滨江公园", "S05,")
    draft.replace("routes.txt", "18路,人民医院东门—纺织厂,3", "18路,人民医院东门—纺织厂,bus")
    draft.replace("fare_rules.txt", "bus,B18,,", "tram,B18,,")
    assert faults_of(draft) == [
        ("stops.txt", 6, "stop_name"),
        ("routes.txt", 4, "route_type"),
        ("fare_rules.txt", 11, "fare_id"),
    ]


def test_a_way_without_a_price_is_told(draft: Draft) -> None:
    draft.replace("fare_rules.txt", "far,,3,1\n", "")
    with pytest.raises(FeedRefused) as refused:
        read_feed(draft.folder)
    assert refused.value.faults == (FieldFault("fare_rules.txt", 0, "", "no price from zone 3 to zone 1"),)


def test_a_missing_file_and_a_missing_column_are_told(draft: Draft) -> None:
    (draft.folder / "calendar.txt").unlink()
    (draft.folder / "calendar_dates.txt").unlink()
    draft.replace("agency.txt", "agency_timezone", "agency_zone")
    told = faults_of(draft)
    assert ("calendar.txt", 0, "") in told
    assert ("agency.txt", 1, "agency_timezone") in told


def test_bytes_that_are_not_utf_8_are_told_by_line(draft: Draft) -> None:
    file = draft.folder / "stops.txt"
    file.write_bytes(file.read_bytes().replace("桃园路".encode(), "桃园路".encode("gb18030")))
    assert ("stops.txt", 3, "") in faults_of(draft)


def test_a_row_is_named_by_the_line_it_begins_on(draft: Draft) -> None:
    draft.replace("stops.txt", "桃园路", '"桃园\n路"')
    draft.replace("stops.txt", "S05,滨江公园", "S05,")
    assert faults_of(draft) == [("stops.txt", 7, "stop_name")]


def test_the_fault_reads_as_a_sentence(draft: Draft) -> None:
    draft.replace("fare_attributes.txt", "far,4.00,CNY", "far,4元,CNY")
    with pytest.raises(FeedRefused, match=r"fare_attributes\.txt, line 4, price: '4元' is no price in yuan"):
        read_feed(draft.folder)


@given(cell=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12), column=st.integers(0, 4))
def test_whatever_stands_in_a_field_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, cell: str, column: int
) -> None:
    draft = Draft(tmp_path_factory.mktemp("odd"))
    cells = ["S05", "滨江公园", "30.1150", "119.0000", "1"]
    cells[column] = cell
    draft.replace("stops.txt", "S05,滨江公园,30.1150,119.0000,1", ",".join(cells))
    # Any other exception fails the test.
    with contextlib.suppress(FeedRefused):
        read_feed(draft.folder)
