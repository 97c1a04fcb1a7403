"""A hospital's own database, written by hand in the manner of Chinese HIS, behind the ports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from marshmallow import ValidationError

from adapters import registry
from adapters.errors import Malformed, NotDone, OutcomeUnknown, Reason, Refused
from adapters.his_sql import manifest
from adapters.his_sql.his import SqlHis
from adapters.his_sql.schema import SqlHisSchema
from adapters.http import UrllibTransport
from adapters.manifest import AdapterContext
from adapters.news import BillIssued, BillWithdrawn, ReportIssued
from adapters.values import (
    Booking,
    BookingRequest,
    Department,
    EntryKind,
    Fen,
    Identifier,
    PatientRecord,
    Posting,
    Sex,
    Slot,
    VerifiedIdentity,
)
from tests.adapters.his_sql.conftest import TheirDatabase

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 28)
WANG = PatientRecord((Identifier("MRN", "M1"),), "王弢", date(1985, 3, 12), Sex.MALE)

BOOKS = (
    "CREATE TABLE ks (ksdm char(8), ksmc varchar(40), wz varchar(40), jb integer)",
    "INSERT INTO ks VALUES ('0101', '心血管内科', NULL, 1), ('0102', '眼科', '2楼', 1)",
    "CREATE TABLE hy (hybm varchar(20), ysdm varchar(20), kssj timestamp, jssj timestamp, ghf {money}, syhy integer)",
    "INSERT INTO hy VALUES ('H1', 'D1', '2026-11-28 14:30:00', '2026-11-28 15:00:00', {fee}, 2)",
    "INSERT INTO hy VALUES ('H2', 'D1', '2026-11-29 00:00:00', '2026-11-29 00:30:00', {fee}, 2)",
    "CREATE TABLE yy (wblsh varchar(40) PRIMARY KEY, yylsh integer, hybm varchar(20), zt varchar(2))",
    "CREATE TABLE sk (lsh varchar(40), lx varchar(8), je varchar(12), sjh varchar(12), sj timestamp)",
    "CREATE TABLE fy (id integer, fydh char(9), zt char(2), mc char(9), je {money}, mz char(8), gxsj timestamp)",
)

SETTINGS: Mapping[str, Any] = {
    "conventions": {
        "booking_states": {"1": "live", "*": "over"},
        "entry_kinds": {"缴费": "payment", "退费": "refund"},
        "bill_states": {"0": "wanted", "9": "withdrawn"},
    },
    "operations": {
        "departments": {
            "statement": "SELECT ksdm, ksmc, wz FROM ks ORDER BY ksdm;",
            "fields": {"code": "KSDM", "name": "KSMC", "place": "WZ"},
        },
        "slots": {
            "statement": "SELECT * FROM hy WHERE ysdm = :practitioner_code AND kssj >= :day ORDER BY kssj DESC",
            "fields": {
                "slot_id": "HYBM",
                "starts_at": "KSSJ",
                "ends_at": "JSSJ",
                "fee": "GHF",
                "remaining": "SYHY",
                "practitioner_code": "YSDM",
            },
        },
        "book": {
            "statement": "INSERT INTO yy (wblsh, yylsh, hybm, zt) VALUES (:placer_id, 77, :slot_id, '1')"
            " RETURNING yylsh, zt, CASE hybm WHEN 'H2' THEN '-1' WHEN 'H3' THEN '?' ELSE '0' END AS jgdm,"
            " '号源已满' AS jgxx",
            "fields": {"filler_id": "YYLSH", "booking_state": "zt"},
            "code": "JGDM",
            "message": "JGXX",
            "outcome": {"codes": {"0": "ok", "-1": "other"}, "words": {"已满": "slot_taken"}},
            "errors": {"23505": "conflicting_content", "SQLITE_CONSTRAINT_PRIMARYKEY": "conflicting_content"},
        },
        "find_booking": {
            "statement": "SELECT yylsh, zt FROM yy WHERE wblsh = :placer_id",
            "fields": {"filler_id": "YYLSH", "booking_state": "ZT"},
        },
        "cancel": {"statement": "UPDATE yy SET zt = '0' WHERE wblsh = :placer_id"},
        "post": {
            "statement": "INSERT INTO sk VALUES (:serial, :entry_kind, :signed_amount, 'R1', :occurred_at)",
            "answer": "SELECT sjh, je FROM sk WHERE lsh = :serial AND lx <> '无' AND :call_id <> ''",
            "fields": {"receipt_no": "SJH"},
        },
        "postings": {
            "statement": "SELECT * FROM sk WHERE substr(CAST(sj AS varchar(40)), 1, 10) = :day",
            "fields": {"serial": "LSH", "entry_kind": "LX", "amount": "JE", "receipt_no": "SJH", "occurred_at": "SJ"},
        },
    },
    "feeds": [
        {
            "name": "bills",
            "kind": "bill",
            "statement": "SELECT fy.*, '张三' AS czy FROM fy WHERE mc <> ':x'",
            "watermark": "gxsj",
            "tie": "id",
            "item": "fydh",
            "fields": {
                "bill_no": "FYDH",
                "bill_state": "ZT",
                "item_name": "MC",
                "item_amount": "JE",
                "mrn": "MZ",
                "issued_at": "GXSJ",
            },
        }
    ],
}


@pytest.fixture
def books(theirs: TheirDatabase) -> TheirDatabase:
    """Money is a float in the one database and a decimal in the other."""
    money, fee = ("REAL", "12.3") if theirs.kind == "sqlite" else ("numeric(10,4)", "12.30")
    theirs.write(*(statement.format(money=money, fee=fee) for statement in BOOKS))
    return theirs


@pytest.fixture
def open_his(books: TheirDatabase) -> Iterator[Callable[..., SqlHis]]:
    opened: list[SqlHis] = []

    def open_one(**changed: Any) -> SqlHis:
        loaded = SqlHisSchema().load({**SETTINGS, "url": books.url, "reply_timeout": 0.2, **changed})
        context = AdapterContext(lambda: NOW, UrllibTransport(), lambda: "0" * 32)
        built = registry.build(manifest, loaded, context)
        assert isinstance(built, SqlHis)
        opened.append(built)
        return built

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def his(open_his: Callable[..., SqlHis]) -> SqlHis:
    return open_his()


def request(slot_id: str = "H1", placer_id: str = "P1") -> BookingRequest:
    return BookingRequest(placer_id, Slot(slot_id, "0101", "D1", NOW, NOW, 1, Fen(1230)), WANG)


def posting(kind: EntryKind = EntryKind.PAYMENT, serial: str = "S1") -> Posting:
    return Posting(serial, kind, Fen(1230), WANG, "77", "1" * 32, "T1", NOW)


def test_padding_and_nulls_are_nothing(his: SqlHis) -> None:
    assert his.departments() == (Department("0101", "心血管内科"), Department("0102", "眼科", "2楼"))


def test_a_slot_has_local_times_and_exact_money_and_stands_on_the_day_that_was_asked_for(his: SqlHis) -> None:
    (slot,) = his.slots("0101", "D1", DAY)
    assert slot == Slot(
        "H1",
        "0101",
        "D1",
        datetime(2026, 11, 28, 6, 30, tzinfo=UTC),
        datetime(2026, 11, 28, 7, 0, tzinfo=UTC),
        2,
        Fen(1230),
    )
    assert his.slots("0101", "D2", DAY) == ()


def test_an_appointment_is_booked_found_cancelled_and_gone(his: SqlHis) -> None:
    booked = his.book(request())
    assert booked == his.find_booking("P1") == Booking("P1", "77")
    his.cancel(booked)
    his.cancel(booked)
    assert his.find_booking("P1") is None


@pytest.mark.parametrize(
    ("slot_id", "placer_id", "reason"),
    [("H2", "P2", Reason.SLOT_TAKEN), ("H1", "P1", Reason.CONFLICTING_CONTENT), ("H3", "P3", None)],
)
def test_a_no_is_told_by_the_row_or_by_the_constraint(
    slot_id: str, placer_id: str, reason: Reason | None, his: SqlHis
) -> None:
    his.book(request())
    with pytest.raises(Refused if reason else OutcomeUnknown) as no:
        his.book(request(slot_id, placer_id))
    assert getattr(no.value, "reason", None) is reason


def test_a_payment_is_answered_elsewhere_and_stands_on_the_days_list(his: SqlHis) -> None:
    his.post(posting())
    his.post(posting(EntryKind.REFUND, "S2"))
    assert [(entry.serial, entry.kind, entry.amount_fen, entry.receipt_no) for entry in his.postings(DAY)] == [
        ("S1", EntryKind.PAYMENT, 1230, "R1"),
        ("S2", EntryKind.REFUND, 1230, "R1"),
    ]
    assert his.find_posting("S2", date(2026, 11, 26)) == his.postings(DAY)[1]
    assert his.find_posting("S3", DAY) is None


FOUND = {**SETTINGS["operations"]["postings"], "statement": "SELECT * FROM sk WHERE lsh = :serial"}


def asked_with(**find_posting: str) -> Mapping[str, Any]:
    return {**SETTINGS["operations"], "find_posting": {**FOUND, **find_posting}}


def test_a_posting_that_lies_in_an_interface_table_is_not_missing(
    open_his: Callable[..., SqlHis], books: TheirDatabase
) -> None:
    books.write("CREATE TABLE rk (lsh varchar(40), clbz integer)", "INSERT INTO rk VALUES ('S1', 0)")
    his = open_his(operations=asked_with(waiting="SELECT 1 FROM rk WHERE lsh = :serial AND clbz = 0"))
    with pytest.raises(NotDone):
        his.find_posting("S1", DAY)
    assert his.find_posting("S2", DAY) is None
    books.write("UPDATE rk SET clbz = 1")
    assert his.find_posting("S1", DAY) is None


def test_receipts_of_one_settlement_are_one_posting_and_a_cancelled_one_is_no_answer(
    open_his: Callable[..., SqlHis], books: TheirDatabase
) -> None:
    his = open_his(operations=asked_with())
    books.write(
        *(f"INSERT INTO sk VALUES ('S1', '缴费', '{fee}', 'R1', '2026-11-28 10:00:00')" for fee in ("60", "40"))
    )
    found = his.find_posting("S1", DAY)
    assert found is not None
    assert (found.amount_fen, found.receipt_no) == (10_000, "R1")
    books.write("INSERT INTO sk VALUES ('S1', '退费', '-100', 'R2', '2026-11-28 11:00:00')")
    with pytest.raises(Malformed, match="under one serial"):
        his.find_posting("S1", DAY)


def test_money_is_not_posted_where_nobody_can_be_asked_what_became_of_it(open_his: Callable[..., SqlHis]) -> None:
    operations = {name: told for name, told in SETTINGS["operations"].items() if name != "postings"}
    with pytest.raises(ValidationError, match="only find_posting or postings can tell"):
        open_his(operations=operations)


def test_only_a_change_that_was_sent_can_lie_somewhere(open_his: Callable[..., SqlHis]) -> None:
    departments = {**SETTINGS["operations"]["departments"], "waiting": "SELECT 1 FROM ks"}
    with pytest.raises(ValidationError, match="only find_booking and find_posting"):
        open_his(operations={**SETTINGS["operations"], "departments": departments})


def test_an_answer_that_does_not_come_is_unknown_and_the_change_stands(
    open_his: Callable[..., SqlHis], books: TheirDatabase
) -> None:
    nothing = {"entry_kinds": {"无": "payment"}}
    with pytest.raises(OutcomeUnknown):
        open_his(conventions=nothing, reply_timeout=0.05).post(posting())
    assert books.count("sk") == 1


def test_what_the_site_cannot_do_is_refused_in_a_sentence(his: SqlHis) -> None:
    identity = VerifiedIdentity("王弢", "CN_ID", "11010119850312001X", date(1985, 3, 12), Sex.MALE)
    asks: list[Callable[[], object]] = [
        lambda: his.practitioners("0101"),
        lambda: his.find_patients(identity),
        lambda: his.register_patient(identity),
    ]
    for ask in asks:
        with pytest.raises(Refused, match="has no statement for") as no:
            ask()
        assert no.value.reason is Reason.NOT_ALLOWED


def test_a_column_that_is_not_there_and_a_view_that_is_gone_are_told_without_a_value(
    open_his: Callable[..., SqlHis], books: TheirDatabase
) -> None:
    departments = {"statement": "SELECT ksdm FROM ks", "fields": {"code": "KSDM", "name": "KSMC"}}
    his = open_his(operations={"departments": departments})
    with pytest.raises(Malformed, match="no column KSMC"):
        his.departments()
    books.write("DROP TABLE ks")
    with pytest.raises(NotDone):
        his.departments()


def test_a_bill_is_fetched_with_its_items_and_withdrawn(his: SqlHis, books: TheirDatabase) -> None:
    books.write(
        "INSERT INTO fy VALUES (1, 'B1', '0', '血常规', 25, 'M1', '2026-11-28 09:00:00')",
        "INSERT INTO fy VALUES (2, 'B1', '0', '葡萄糖', 0.1, 'M1', '2026-11-28 09:00:00')",
    )
    fetched = his.fetch("bills", "")
    (item,) = fetched.items
    (bill,) = his.read_news(item.raw, None)
    assert isinstance(bill, BillIssued)
    assert ([line.name for line in bill.items], bill.total_fen) == (["血常规", "葡萄糖"], 2_510)
    assert (item.id, item.kind, item.subject) == ("B1", "bill", "M1")
    preview = his.preview_news(item.raw, None)
    assert ([*preview.news], [(each.place.casefold(), each.text) for each in preview.unread]) == (
        [bill],
        [("czy", "张三")],
    )
    books.write("UPDATE fy SET zt = '9', gxsj = '2026-11-28 09:30:00'")
    (later,) = his.fetch("bills", fetched.mark).items
    (gone,) = his.read_news(later.raw, None)
    assert isinstance(gone, BillWithdrawn)


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b'{"feed":"bills","rows":[]}', b'{"feed":"x","rows":[{}]}', b"\xff"]
)
def test_bytes_that_are_no_rows_are_malformed(raw: bytes, his: SqlHis) -> None:
    with pytest.raises(Malformed):
        his.read_news(raw, None)


def test_texts_of_a_gbk_database_and_a_document_of_bytes_are_read(tmp_path: Any) -> None:
    theirs = TheirDatabase(f"sqlite:///{tmp_path / 'lis.db'}")
    title, pdf = "胸部CT玘".encode("gb18030").hex(), b"%PDF-1.4 \xff\xfe\n%%EOF".hex()
    theirs.write(
        "CREATE TABLE bg (bgh text, bt, WJ blob, mz text, sj text)",
        f"INSERT INTO bg VALUES ('R1', CAST(x'{title}' AS text), x'{pdf}', 'M1', '20261128093000')",
        "INSERT INTO bg VALUES ('R2', CAST(x'ffff' AS text), NULL, 'M1', '20261128093001')",
    )
    feed = {
        "name": "lis",
        "kind": "report",
        "statement": "SELECT * FROM bg",
        "fixed": {"report_status": "F"},
        "watermark": "sj",
        "tie": "bgh",
        "item": "bgh",
        "fields": {"report_no": "bgh", "title": "bt", "document": "wj", "mrn": "mz", "issued_at": "sj"},
    }
    loaded = SqlHisSchema().load(
        {"url": theirs.url, "feeds": [feed], "conventions": {"statuses": {"F": "final"}}, "charset": "gb18030"}
    )
    his = manifest.build(loaded, AdapterContext(lambda: NOW, UrllibTransport(), lambda: "0" * 32))
    assert isinstance(his, SqlHis)
    good, bad = his.fetch("lis", "").items
    (report,) = his.read_news(good.raw, None)
    assert isinstance(report, ReportIssued)
    assert (report.title, report.documents[0].content) == ("胸部CT玘", bytes.fromhex(pdf))
    with pytest.raises(Malformed, match="bt holds bytes"):
        his.read_news(bad.raw, None)
    his.close()
    theirs.engine.dispose()


def test_a_name_that_the_database_cannot_write_is_refused_and_not_tried_for_ever(
    postgresql_server: Any, open_his: Callable[..., SqlHis], books: TheirDatabase
) -> None:
    if books.kind == "sqlite":
        return  # it writes every character
    name = "his_in_chinese"
    if postgresql_server.run(f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") != "1":
        postgresql_server.run(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'EUC_CN' LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    theirs = TheirDatabase(postgresql_server.address(name))
    theirs.write("DROP TABLE IF EXISTS yy", "CREATE TABLE yy (wblsh varchar(40) PRIMARY KEY, hzxm varchar(20))")
    statement = "INSERT INTO yy VALUES (:placer_id, :patient_name) RETURNING wblsh"
    book = {"statement": statement, "fields": {"filler_id": "wblsh"}}
    his = open_his(url=theirs.url, operations={"book": book})
    assert his.book(replace(request(), patient=replace(WANG, name="王涛"))).filler_id == "P1"
    with pytest.raises(Refused) as no:
        his.book(replace(request(placer_id="P2"), patient=replace(WANG, name="王䶮")))
    assert no.value.reason is Reason.NOT_ALLOWED
    theirs.engine.dispose()
