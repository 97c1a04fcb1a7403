from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.errors import Malformed
from adapters.feed import FeedItem
from adapters.his_sql import marks
from adapters.his_sql.database import HospitalDatabase
from adapters.his_sql.feeds import FeedSettings, Look
from adapters.his_sql.pages import Paged
from tests.adapters.his_sql.conftest import JUDGE, TheirDatabase

Open = Callable[..., HospitalDatabase]

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
TABLE = "CREATE TABLE jcbg (id integer PRIMARY KEY, bgh char(8), mz varchar(8), jg varchar(20), gxsj timestamp)"


def feed(*, overlap: int = 300, page: int = 2, statement: str = "SELECT * FROM jcbg WHERE jg <> ':x'") -> FeedSettings:
    return FeedSettings(
        name="reports",
        kind="report",
        every=timedelta(seconds=30),
        paged=Paged(statement.replace(":", "\\:"), "GXSJ", "ID", "BGH"),
        overlap=overlap,
        page=page,
        fields={"report_no": "BGH", "mrn": "MZ", "value": "JG"},
        fixed={},
    )


class Bridge:
    """What the core does with a feed: it keeps the items of a page and its mark together."""

    def __init__(self, database: HospitalDatabase, settings: FeedSettings, now: datetime = NOW) -> None:
        self.look = Look(settings, lambda asked: database.read(asked, {}, JUDGE), "utf-8", now, ZONE)
        self.mark = ""
        self.pages: list[Sequence[FeedItem]] = []

    def catch_up(self) -> list[tuple[str, list[str]]]:
        """Every page until there is no more: the number and the values of each item."""
        told: list[tuple[str, list[str]]] = []
        while True:
            fetched = self.look.fetched(self.mark)
            self.mark = fetched.mark
            self.pages.append(fetched.items)
            told += [(item.id, values(item)) for item in fetched.items]
            if not fetched.more:
                return told


def values(item: FeedItem) -> list[str]:
    folded = ({name.casefold(): cell for name, cell in row.items()} for row in json.loads(item.raw)["rows"])
    return [row["jg"] for row in folded]


def row(number: int, report: str, value: str, at: str) -> str:
    return f"INSERT INTO jcbg VALUES ({number}, '{report}', 'M1', '{value}', '2026-11-28 {at}')"


def test_rows_of_one_moment_are_never_skipped_and_a_page_never_cuts_a_report(
    theirs: TheirDatabase, open_database: Open
) -> None:
    theirs.write(
        TABLE,
        row(1, "R1", "a", "09:00:00"),
        row(2, "R2", "b", "09:00:00"),
        row(3, "R1", "c", "09:00:00"),
        row(4, "R3", "d", "09:00:00"),
        row(5, "R3", "e", "10:00:00"),
    )
    bridge = Bridge(open_database(), feed(overlap=0))
    told = bridge.catch_up()
    assert dict(told) == {"R1": ["a", "c"], "R2": ["b"], "R3": ["d", "e"]}
    assert [len(page) for page in bridge.pages] == [2, 2, 1]
    assert bridge.catch_up() == []
    theirs.write(row(6, "R2", "f", "10:00:00"))
    assert bridge.catch_up() == [("R2", ["b", "f"])]


def test_an_item_is_the_same_bytes_as_long_as_its_rows_are_the_same(theirs: TheirDatabase, open_database: Open) -> None:
    theirs.write(TABLE, row(1, "R1", "a", "09:00:00"), row(2, "R1", "b", "09:00:01"))
    bridge = Bridge(open_database(), feed())
    bridge.catch_up()
    bridge.catch_up()
    (first,), (again,) = bridge.pages
    assert first == again
    assert (first.id, first.kind, first.subject) == ("R1", "report", "M1")
    assert first.version.startswith("2026-11-28 09:00:01")
    theirs.write("UPDATE jcbg SET jg = 'c' WHERE id = 1")
    bridge.catch_up()
    assert bridge.pages[-1][0].raw != first.raw


def test_a_row_that_is_committed_late_is_read_in_the_overlap(theirs: TheirDatabase, open_database: Open) -> None:
    theirs.write(TABLE, row(1, "R1", "a", "09:00:00"))
    bridge = Bridge(open_database(), feed())
    bridge.catch_up()
    theirs.write(row(2, "R2", "late", "08:56:00"), row(3, "R3", "new", "09:03:00"))
    assert ("R2", ["late"]) in bridge.catch_up()


def test_what_is_late_while_a_long_round_runs_is_not_lost(theirs: TheirDatabase, open_database: Open) -> None:
    """Half an hour passes between two pages of a backlog; the end of the round lies far behind the late row."""
    theirs.write(TABLE, *(row(n, f"R{n}", "x", f"09:00:0{n}") for n in range(1, 4)))
    bridge = Bridge(open_database(), feed())
    bridge.mark = bridge.look.fetched("").mark
    theirs.write(row(10, "LATE", "late", "08:59:00"), *(row(n, f"R{n}", "x", f"09:30:0{n % 10}") for n in (11, 12)))
    bridge.catch_up()
    assert "LATE" in dict(bridge.catch_up())


def test_a_row_from_the_future_hides_nothing(theirs: TheirDatabase, open_database: Open) -> None:
    theirs.write(TABLE, "INSERT INTO jcbg VALUES (1, 'R1', 'M1', 'x', '2099-01-01 00:00:00')")
    bridge = Bridge(open_database(), feed())
    assert bridge.catch_up() == [("R1", ["x"])]
    theirs.write(row(2, "R2", "now", "11:59:00"))
    assert ("R2", ["now"]) in bridge.catch_up()


def test_a_row_without_a_number_and_rows_without_end_are_told_and_block_nothing(
    theirs: TheirDatabase, open_database: Open
) -> None:
    many = ", ".join(f"({n}, 'R1', 'M1', 'x', '2026-11-28 09:00:00')" for n in range(100, 160))
    theirs.write(
        TABLE,
        f"INSERT INTO jcbg VALUES {many}",  # more rows than one answer may hold
        "INSERT INTO jcbg VALUES (200, NULL, 'M1', 'lost', '2026-11-28 09:00:01')",
        row(201, "R2", "b", "09:00:02"),
    )
    bridge = Bridge(open_database(), feed(page=40))
    told = bridge.catch_up()
    assert told == [("R1", []), ("R1", []), ("200", []), ("R2", ["b"])]
    assert {json.loads(item.raw).get("fault", "") for page in bridge.pages for item in page} == {
        *("", "its rows cannot be read", "its number is empty")
    }


@pytest.mark.parametrize(
    ("newest", "earlier"),
    [
        (datetime(2026, 11, 28, 9, 0), datetime(2026, 11, 28, 8, 55)),  # noqa: DTZ001 - the hospital's own time
        (datetime(2026, 11, 28, 1, 0, tzinfo=UTC), datetime(2026, 11, 28, 0, 55, tzinfo=UTC)),
        ("2026-11-28 09:00:00.123456", "2026-11-28 08:55:00"),
        ("2026-11-28T09:00:00", "2026-11-28T08:55:00"),
        ("20261128090000", "20261128085500"),
        ("20261128090000123", "20261128085500"),
        ("2099/01/01 00:00:00", "2026/11/28 11:55:00"),
        ("0000001000", "0000000700"),
        (1000, 700),
        (b"\x00\x00\x04\x00", b"\x00\x00\x02\xd4"),
    ],
)
def test_an_overlap_goes_back_in_the_watermarks_own_way(newest: object, earlier: object) -> None:
    assert marks.settled(newest, 300, NOW, ZONE) == earlier
    kept = marks.Mark(marks.Key(newest, 7), newest, running=True)
    assert marks.read(kept.written()) == kept


@pytest.mark.parametrize("text", ["{", "[]", '{"after": [["time", "x"], ["whole", "1"]], "running": true}', "null"])
def test_a_mark_that_is_none_of_ours_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        marks.read(text)
    with pytest.raises(Malformed):
        marks.settled("yesterday", 300, NOW, ZONE)
