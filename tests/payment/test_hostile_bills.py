"""A hundred bills as no wallet should write them: each is believed as a whole or not at all, and says which."""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date

import pytest

from adapters.alipay import bill as alipay_bill
from adapters.values import BillEntry
from adapters.wechat import bill as wechat_bill
from hospital_bridge.store.reconciliation import Reconciliation, RunState
from hospital_bridge.web.finance_reads import WAITING_FOR
from tests.payment.test_bills_in_bad_shape import BAD, MERCHANT, SELLER, alipays, wechats
from tests.payment.test_reconciling import DAY, found, reconcile
from tests.payment.world import ACCOUNT, OPERATOR, World

Shape = Callable[[bytes], bytes]
NAME = "20881_20261123_业务明细.csv"


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as target:
        for name, text in files.items():
            target.writestr(name, text)
    return packed.getvalue()


def lines(text: bytes) -> list[bytes]:
    return text.splitlines(keepends=True)


def is_row(line: bytes) -> bool:
    return b"10:00:00" in line


def without(text: bytes, *words: str) -> bytes:
    told = [word.encode(code) for word in words for code in ("gbk", "utf-8")]
    return b"".join(line for line in lines(text) if not any(word in line for word in told))


def each_row(text: bytes, change: Shape) -> bytes:
    return b"".join(change(line) if is_row(line) else line for line in lines(text))


def first_row(text: bytes, change: Shape) -> bytes:
    first = next(line for line in lines(text) if is_row(line))
    return text.replace(first, change(first), 1)


def sums(written: bytes) -> Shape:
    """The first row's sums, written so."""
    return lambda text: first_row(text, lambda row: row.replace(b"12.50", written))


def added(line: Callable[[bytes], bytes]) -> Shape:
    """One more row, made of the first one."""
    return lambda text: first_row(text, lambda row: row + line(row))


def turned(text: bytes) -> bytes:
    """Every column in the opposite order, the head's too; what is no table stays."""
    mark = text[:3] if text.startswith(codecs.BOM_UTF8) else b""
    made = [mark]
    for line in lines(text.removeprefix(mark)):
        cells = line.rstrip(b"\r\n").split(b",")
        is_table = is_row(line) or len(cells) in {25, 12}
        made.append(b",".join(reversed(cells)) + b"\r\n" if is_table else line)
    return b"".join(made)


# --- shapes that change nothing of what the bill says: the day is reconciled

HARMLESS: dict[str, Shape] = {
    "lines end with LF": lambda text: text.replace(b"\r\n", b"\n"),
    "columns in another order": turned,
    "spaces and tabs behind sums": sums(b"12.50 \t"),
    "blank lines between": lambda text: text.replace(b"\r\n", b"\r\n\r\n"),
    "places that are nothing": sums(b"12.500"),
    "one place": sums(b"12.5"),
}
ALIPAYS_HARMLESS: dict[str, Shape] = {
    "lines end with CR": lambda text: text.replace(b"\r\n", b"\r"),
    "quotes around every value": lambda text: each_row(
        text, lambda row: b",".join(b'"' + cell + b'"' for cell in row.rstrip(b"\r\n").split(b",")) + b"\r\n"
    ),
    "quotes, a comma and a line break in a title": lambda text: text.replace("门诊缴费".encode("gbk"), b'"a,""b""\nc"'),
    "a title with the euro sign of code page 936": lambda text: text.replace("门诊缴费".encode("gbk"), b"10 \x80"),
    "a title that GBK lacks": lambda text: text.replace("门诊缴费".encode("gbk"), "𠮷".encode("gb18030")),
}
WECHATS_HARMLESS: dict[str, Shape] = {
    "no mark of byte order": lambda text: text.removeprefix(b"\xef\xbb\xbf"),
    "one more column at the end": lambda text: each_row(
        text.replace("申请退款金额\r\n".encode(), "申请退款金额,费率备注\r\n".encode(), 1),
        lambda row: row.replace(b"\r\n", b",`0.60%\r\n"),
    ),
}

# --- shapes that are not believed

HOSTILE: dict[str, Shape] = {
    **BAD,
    **{f"cut after {part} in 10": lambda text, part=part: text[: len(text) * part // 10] for part in range(1, 10)},  # type: ignore[misc]
    **{
        f"a sum of {written}": sums(written.encode())
        for written in (
            "NaN",
            "inf",
            "1e9",
            "0x10",
            "",
            "-",
            "--1",
            "1,250.00",
            "12.505",
            "１２.50",
            "٣.50",
            "+12.50",
            "¥12.50",
        )
    },
    "a sum below zero": sums(b"-12.50"),
    "a sum beyond all numbers": sums(b"9" * 14 + b".00"),
    "a row twice": added(lambda row: row),
    "a row twice with another sum": added(lambda row: row.replace(b"12.50", b"1.00")),
    "one row more than the totals": added(lambda row: row.replace(b"0001", b"9")[:-2] + b"\r\n"),
    "a row short of a column": lambda text: first_row(text, lambda row: row.rpartition(b",")[0] + b"\r\n"),
    "a row with a column too many": lambda text: first_row(text, lambda row: row[:-2] + b",`0.00\r\n"),
    "an order without its number": lambda text: first_row(
        text,
        lambda row: b",".join(
            cell if len(cell.strip(b"`\t")) != 32 else cell[:0] + b"`"[: cell[:1] == b"`"] for cell in row.split(b",")
        ),
    ),
    "a time that is none": lambda text: first_row(
        text, lambda row: row.replace(b"2026-11-23 10:00:00", b"2026-13-45 99:00:00")
    ),
    "no columns": lambda text: b"".join(
        line for line in lines(text) if "订单号".encode("gbk") not in line and "订单号".encode() not in line
    ),
    "rows behind the end": lambda text: text + next(line for line in lines(text) if is_row(line)),
    "another code for half of it": lambda text: text.replace(b"10:00:00", b"10:00:00\xff\xfe"),
    "in UTF-16": lambda text: text.decode("gbk" if not text.startswith(b"\xef") else "utf-8").encode("utf-16"),
    "JSON of an error": lambda _: b'{"code":"NO_STATEMENT_EXIST","message":"\xe8\xb4\xa6\xe5\x8d\x95"}',
    "a page of a proxy": lambda _: b"<!doctype html><title>502 Bad Gateway</title>",
    "NULs": lambda text: text.replace(b"12.50", b"12.\x0050", 1),
}
ALIPAYS_HOSTILE: dict[str, Shape] = {
    "no account in its head": lambda text: without(text, "账号"),
    "no day in its head": lambda text: without(text, "起始日期"),
    "no end": lambda text: without(text, "列表结束"),
    "totals of another number": lambda text: text.replace("合计：2笔".encode("gbk"), "合计：3笔".encode("gbk")),
    "totals of another sum": lambda text: text.replace(
        "合计：2笔".encode("gbk"), "合计：2笔，商家实收共24.99元，商家优惠共0.00元".encode("gbk")
    ),
    "its text in UTF-8": lambda text: text.decode("gbk").encode(),
    "a mark of UTF-8 in front": lambda text: b"\xef\xbb\xbf" + text,
    "a quote that never ends": lambda text: text.replace("门诊缴费".encode("gbk"), b'"', 1),
    "a column twice": lambda text: text.replace("商家实收（元）".encode("gbk"), "订单金额（元）".encode("gbk"), 1),
}
WECHATS_HOSTILE: dict[str, Shape] = {
    "a refund without its number": added(lambda row: row.replace(b"SUCCESS", b"REFUND")),
    "a day of one row": lambda text: first_row(text, lambda row: row.replace(b"2026-11-23", b"2026-11-29")),
    "no totals": lambda text: b"".join(lines(text)[:-2]),
    "names of totals alone": lambda text: b"".join(lines(text)[:-1]),
    "totals of another number": lambda text: text.replace(b"\r\n`2,", b"\r\n`3,"),
    "totals of another sum": lambda text: text.replace(b"\r\n`2,`25.00", b"\r\n`2,`25.00").replace(
        b"`25.00,`0.00\r\n", b"`24.99,`0.00\r\n"
    ),
    "its text in GBK": lambda text: text.decode("utf-8-sig").encode("gbk"),
    "lines end with CR": lambda text: text.replace(b"\r\n", b"\r"),
    "values without their marks": lambda text: text.replace(b"`", b""),
    "a refund whose fate is unknown": lambda text: text.replace(b"SUCCESS", b"REFUND", 1),
    "a column twice": lambda text: text.replace("应结订单金额".encode(), "订单金额".encode(), 1),
}


# --- the archive around Alipay's text


def _flipped(archive: bytes) -> bytes:
    middle = len(archive) // 3
    return archive[:middle] + bytes([archive[middle] ^ 0xFF]) + archive[middle + 1 :]


def _encrypted(archive: bytes) -> bytes:
    flags = archive.index(b"PK\x01\x02") + 8
    return archive[:flags] + bytes([archive[flags] | 1]) + archive[flags + 1 :]


PACKED_HARMLESS: dict[str, Shape] = {
    "stored and not packed": lambda text: zipped({NAME: text}, zipfile.ZIP_STORED),
    "beside its summary": lambda text: zipped({NAME: text, "20881_业务明细(汇总).csv": b"anything"}),
    "beside a readme": lambda text: zipped({"readme.txt": b"x", NAME: text}),
    "an absolute path, which nobody follows": lambda text: zipped({f"/etc/{NAME}": text}),
    "a path that climbs, which nobody follows": lambda text: zipped({f"../../{NAME}": text}),
    "bytes in front of the archive": lambda text: b"noise" + zipped({NAME: text}),
}
PACKED_HOSTILE: dict[str, Shape] = {
    "no byte": lambda _: b"",
    "not an archive": lambda text: text,
    "an archive within the archive": lambda text: zipped({"inner.zip": zipped({NAME: text})}),
    "no file": lambda _: zipped({}),
    "a summary alone": lambda text: zipped({"20881_业务明细(汇总).csv": text}),
    "the detail twice": lambda text: zipped({NAME: text, f"2{NAME}": text}),
    "a second detail that is empty": lambda text: zipped({NAME: text, f"2{NAME}": b""}),
    "a second detail of another day": lambda text: zipped(
        {NAME: text, f"2{NAME}": text.replace(b"2026-11-23", b"2026-11-22")}
    ),
    "gzip and no zip": gzip.compress,
    "one bit turned": lambda text: _flipped(zipped({NAME: text})),
    "its directory claims another size": lambda text: zipped({NAME: text}, zipfile.ZIP_STORED).replace(
        len(text).to_bytes(4, "little"), (len(text) // 2).to_bytes(4, "little")
    ),
    "a size beyond all bounds": lambda text: zipped({NAME: text}, zipfile.ZIP_STORED).replace(
        len(text).to_bytes(4, "little"), b"\xff\xff\xff\x7f"
    ),
    "a bomb": lambda text: zipped({NAME: text + b"\0" * 40_000_000}),
    "encrypted": lambda text: _encrypted(zipped({NAME: text})),
    **{
        f"cut after {part} in 10": lambda text, part=part: zipped({NAME: text})[
            : len(zipped({NAME: text})) * part // 10
        ]  # type: ignore[misc]
        for part in range(1, 10, 2)
    },
}
# --- what packs WeChat's text
GZIPPED_HOSTILE: dict[str, Shape] = {
    "no byte": lambda _: b"",
    "not packed": lambda text: text,
    "a zip and no gzip": lambda text: zipped({NAME: text}),
    "one bit turned": lambda text: _flipped(gzip.compress(text)),
    "packed twice": lambda text: gzip.compress(gzip.compress(text)),
    "noise behind it": lambda text: gzip.compress(text) + b"noise",
    "a bomb": lambda text: gzip.compress(text + b"\0" * 40_000_000),
    **{
        f"cut after {part} in 10": lambda text, part=part: gzip.compress(text)[: len(gzip.compress(text)) * part // 10]  # type: ignore[misc]
        for part in range(1, 10, 2)
    },
}


def in_zip(text: bytes) -> bytes:
    return zipped({NAME: text})


def after(shapes: Mapping[str, Shape], pack: Shape) -> dict[str, Shape]:
    """Shapes of the text, packed as the wallet packs it."""
    return {name: lambda text, shape=shape: pack(shape(text)) for name, shape in shapes.items()}  # type: ignore[misc]


def archived(shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    return {f"archive: {name}": shape for name, shape in shapes.items()}


SHAPES: dict[str, dict[str, Shape]] = {
    "alipay harmless": after({**HARMLESS, **ALIPAYS_HARMLESS}, in_zip) | archived(PACKED_HARMLESS),
    "alipay hostile": after({**HOSTILE, **ALIPAYS_HOSTILE}, in_zip) | archived(PACKED_HOSTILE),
    "wechat harmless": after({**HARMLESS, **WECHATS_HARMLESS}, gzip.compress),
    "wechat hostile": after({**HOSTILE, **WECHATS_HOSTILE}, gzip.compress) | archived(GZIPPED_HOSTILE),
}
WRITTEN = {"alipay": alipays, "wechat": wechats}
HONEST: dict[str, Shape] = {"alipay": in_zip, "wechat": gzip.compress}


def read(dialect: str, handed_out: bytes, day: date) -> Iterator[BillEntry]:
    if dialect == "alipay":
        return alipay_bill.entries(io.BytesIO(handed_out), day=day, seller_id=SELLER)
    return wechat_bill.entries(io.BytesIO(handed_out), day=day, merchant_no=MERCHANT, is_packed=True)


def with_bill(world: World, dialect: str, handed_out: bytes) -> Reconciliation:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.wallet, "download_bill", lambda day: read(dialect, handed_out, day))
        return reconcile(world)


def cases(kind: str) -> list[tuple[str, str]]:
    return [(dialect, shape) for dialect in WRITTEN for shape in SHAPES[f"{dialect} {kind}"]]


@pytest.mark.parametrize(("dialect", "shape"), cases("harmless"))
def test_what_only_looks_odd_is_read_as_what_it_says(world: World, dialect: str, shape: str) -> None:
    world.fulfilled("A1")
    world.fulfilled("A2")
    text = WRITTEN[dialect](world, DAY)
    bill = SHAPES[f"{dialect} harmless"][shape](text)
    run = with_bill(world, dialect, bill)
    assert (run.state, run.matched, run.unexplained_fen, run.reason) == (RunState.DONE, 2, 0, "")
    assert found(world) == []


@pytest.mark.parametrize(("dialect", "shape"), cases("hostile"))
def test_33_a_hostile_bill_moves_nothing_and_says_so(world: World, dialect: str, shape: str) -> None:
    world.fulfilled("A1")
    world.fulfilled("A2")
    text = WRITTEN[dialect](world, DAY)
    hostile, before = SHAPES[f"{dialect} hostile"][shape](text), world.balances()
    assert hostile != HONEST[dialect](text)
    first = with_bill(world, dialect, hostile)
    assert (first.state, first.reason.partition(":")[0], found(world)) == (RunState.WAITING, "Malformed", []), first
    assert first.reason.partition(":")[0] in WAITING_FOR
    good = with_bill(world, dialect, HONEST[dialect](text))
    assert (good.state, good.matched, good.unexplained_fen) == (RunState.DONE, 2, 0)
    with_bill(world, dialect, hostile)
    with world.store.read(OPERATOR) as work:
        assert work.reconciliations.find(ACCOUNT, DAY) == good
    assert (found(world), world.balances()) == ([], before)
