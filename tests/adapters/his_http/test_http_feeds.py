"""Lists of what is new: nothing is left out, whatever comes late, together or broken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.errors import Malformed, NotDone
from adapters.feed import FeedItem
from adapters.his_http import feeds, marks
from adapters.http import Response
from adapters.news import BillIssued, BillWithdrawn
from tests.adapters.his_http.dialect import DIALECT, Script, his, said, told

ITEM = '<Item name="血常规" fee="25.00"/>'


def bill(number: str, minute: int, *, state: str = "0", items: str = ITEM) -> str:
    changed = f"2026-11-23 09:{minute:02d}:00"
    return f'<Bill no="{number}" changed="{changed}" state="{state}"><Name>王弢</Name>{items}</Bill>'


def listed(*bills: str, stamp: str = "1") -> Response:
    return told(f'<R><Code>0</Code><Stamp>{stamp}</Stamp><List mrn="100001">{"".join(bills)}</List></R>')


def numbers(items: tuple[FeedItem, ...]) -> list[str]:
    return [item.id for item in items]


def test_a_look_tells_what_there_is_and_where_the_next_begins() -> None:
    network = Script(listed(bill("B2", 20), bill("B1", 10)), listed(bill("B2", 20)))
    bridge = his(network)
    assert [(feed.name, feed.every) for feed in bridge.feeds()] == [("bills", timedelta(seconds=30))]
    first = bridge.fetch("bills", "")
    assert (numbers(first.items), first.more) == (["B1", "B2"], False)
    assert "2026-11-22 09:58:00" in network.asked[0]
    assert [(item.kind, item.subject) for item in first.items] == [("bill", "100001")] * 2
    second = bridge.fetch("bills", first.mark)
    assert "2026-11-23 09:18:00" in network.asked[1]
    assert (second.items, second.mark) == ((), first.mark)


def test_what_is_kept_reads_as_news_and_is_the_same_at_each_look() -> None:
    network = Script(listed(bill("B1", 10), stamp="1"), listed(bill("B0", 9), bill("B1", 10), stamp="2"))
    bridge = his(network)
    (first,), (_, again) = bridge.fetch("bills", "").items, bridge.fetch("bills", "").items
    assert first.raw == again.raw
    (told_,) = bridge.read_news(first.raw, None)
    assert isinstance(told_, BillIssued)
    assert (told_.bill_no, told_.total_fen, told_.patient.first("MRN")) == ("B1", 2_500, "100001")
    seen = bridge.preview_news(first.raw.replace(b"</Bill>", b"<Ward>7</Ward></Bill>"), None)
    assert [(unread.place, unread.text) for unread in seen.unread] == [("Ward", "7")]


def test_a_recorded_answer_is_previewed_as_a_whole() -> None:
    answer = listed(bill("B1", 10), bill("B2", 11, items=ITEM.replace("/>", " ward='7'/>"))).body
    seen = his(Script()).preview_news(answer, None)
    assert [getattr(news, "bill_no", "") for news in seen.news] == ["B1", "B2"]
    assert [(unread.place, unread.text) for unread in seen.unread] == [("Item/@ward", "7")]
    with pytest.raises(Malformed):
        his(Script()).preview_news(said("0").body, None)


def test_a_withdrawn_bill_needs_no_items() -> None:
    bridge = his(Script(listed(bill("B1", 10, state="1", items=""))))
    (item,) = bridge.fetch("bills", "").items
    assert isinstance(bridge.read_news(item.raw, None)[0], BillWithdrawn)


def test_a_page_is_bounded_and_the_next_goes_on_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "PAGE", 2)
    rows = [bill("B3", 10), bill("B1", 10), bill("B2", 10), bill("B4", 11), bill("B5", 12)]
    bridge = his(Script(*[listed(*rows)] * 4))
    mark, seen, more = "", list[str](), True
    while more:
        page = bridge.fetch("bills", mark)
        seen += numbers(page.items)
        mark, more = page.mark, page.more
    assert seen == ["B1", "B2", "B3", "B4", "B5"]


def test_more_than_can_be_remembered_is_still_told_once_and_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "PAGE", 2)
    monkeypatch.setattr(marks, "MOST_REMEMBERED", 3)
    rows = [bill(f"B{number}", 10) for number in range(9)]
    bridge = his(Script(*[listed(*rows)] * 5))
    mark, seen, more = "", list[str](), True
    while more:
        page = bridge.fetch("bills", mark)
        seen += numbers(page.items)
        mark, more = page.mark, page.more
    assert seen == [f"B{number}" for number in range(9)]


def test_what_changes_within_the_second_is_told_again() -> None:
    bridge = his(Script(listed(bill("B1", 20)), listed(bill("B1", 20, state="1", items=""))))
    mark = bridge.fetch("bills", "").mark
    assert numbers(bridge.fetch("bills", mark).items) == ["B1"]


def test_what_comes_late_within_the_overlap_is_seen() -> None:
    bridge = his(Script(listed(bill("B2", 20)), listed(bill("B1", 19), bill("B2", 20))))
    mark = bridge.fetch("bills", "").mark
    assert numbers(bridge.fetch("bills", mark).items) == ["B1"]


def test_a_row_that_cannot_be_cut_out_blocks_nobody() -> None:
    broken = "<Bill state='0'><Name>王弢</Name></Bill>"
    future = bill("B9", 10).replace("2026", "2099")
    bridge = his(Script(listed(broken, bill("B1", 10), future)))
    page = bridge.fetch("bills", "")
    assert len(page.items) == 3
    assert "2099" not in page.mark
    with pytest.raises(Malformed):
        bridge.read_news(page.items[0].raw, None)
    assert bridge.read_news(page.items[1].raw, None)


def test_a_long_way_is_gone_in_windows() -> None:
    network = Script(*[said("1")] * 4)
    bridge = his(network, DIALECT.replace('kind = "bill"', 'kind = "bill"\nfirst_hours = 60'))
    mark, looks, more = "", 0, True
    while more:
        page = bridge.fetch("bills", mark)
        mark, more, looks = page.mark, page.more, looks + 1
    assert looks == 3


def test_rows_of_one_number_are_one_thing_and_lookups_complete_them() -> None:
    text = DIALECT.replace('items = "Item"\n', "").replace("item_fields = {", "item_fields_unused = {")
    text = text.replace('item_fields_unused = { item_name = "@name", item_amount = "@fee" }', 'complete = ["lines"]')
    text += """
[lookups.lines]
template = "<Q><Op>11</Op><Bill>{bill_no}</Bill></Q>"
rows = "/R/List/Line"
fields = { bill_no = "@bill", item_name = "@name", item_amount = "@fee" }
"""
    lines = "".join(f'<Line bill="B1" name="{name}" fee="1.00"/>' for name in ("血常规", "尿常规"))
    answers = (listed(bill("B1", 10, items="")), listed(lines))
    bridge = his(Script(*answers), text)
    (item,) = bridge.fetch("bills", "").items
    (told_,) = bridge.read_news(item.raw, None)
    assert isinstance(told_, BillIssued)
    assert ([each.name for each in told_.items], told_.total_fen) == (["血常规", "尿常规"], 200)
    failing = his(Script(listed(bill("B1", 10, items=""), bill("B2", 11, items="")), said("7"), listed(lines)), text)
    parked, _ = failing.fetch("bills", "").items
    with pytest.raises(Malformed, match="slot_taken"):
        failing.read_news(parked.raw, None)


def test_foreign_marks_and_things_are_refused() -> None:
    bridge = his(Script(*[listed()] * 9))
    for mark in ("x", "[]", "{}", '{"since": "yesterday", "taken": []}', '{"since": "", "taken": [], "at": [1]}'):
        with pytest.raises(Malformed):
            bridge.fetch("bills", mark)
    for raw in (b"MSH|", b"{}", b"[]", b'{"feed": "bills", "rows": []}', b'{"feed": "x", "rows": [{"row": ""}]}'):
        with pytest.raises(Malformed):
            bridge.read_news(raw, None)


def test_a_hospital_that_cannot_say_is_asked_again() -> None:
    with pytest.raises(NotDone):
        his(Script(said("8"))).fetch("bills", "")
