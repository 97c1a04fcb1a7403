"""What the bank has credited, read from its own statement: each slip told with its line, and every fen explained."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from adapters.values import Fen
from hospital_bridge.payment.reconcile.bank import Credited, take_in
from hospital_bridge.payment.reconcile.bank_file import BankFile, Fault, Reading, read
from hospital_bridge.payment.reconcile.bill_days import first_day
from hospital_bridge.store.bank_credits import BankCredits
from hospital_bridge.store.differences import Finding
from tests.payment.test_reconciling import DAY, ONE, found
from tests.payment.world import ACCOUNT, FEE, OPERATOR, World

TODAY = DAY + ONE
HEAD = "交易日期,贷方金额,交易流水号\n"
ROW = "2026-11-24,12.50,B1\n"
EITHER = "交易日期,借贷标志,金额,流水号\n"
SUMMED = "摘要,交易日期,贷方金额,流水号\n"
BILLED = "日期,贷方金额,流水号,清算日期\n"
TABBED = "日期\t贷方金额\t流水号\t摘要\t备注\n"
LONG = "x" * 100_000
FIRST = first_day(TODAY)
BOTH = "交易日期,借贷标志,借方金额,贷方金额,流水号\n"


def told(text: str | bytes, sent_by: str = "") -> BankFile:
    raw = text if isinstance(text, bytes) else text.encode()
    return read(raw, Reading(TODAY, sent_by=sent_by))


def faults(text: str | bytes) -> list[tuple[int, Fault | None]]:
    return [(one.line, one.fault) for one in told(text).faults]


ALIKE: dict[str, str | bytes] = {
    "UTF-8": HEAD + ROW,
    "with a mark of UTF-8": "\ufeff" + HEAD + ROW,
    "GBK": (HEAD + ROW).encode("gbk"),
    "in another order, with units": "序号,交易流水号,贷方金额（元）,余额,交易日期\n1,B1,12.50,9,2026-11-24\n",
    "in English": "Date,Credit,Reference\n2026-11-24,12.5,B1\n",
    "by tabs": (HEAD + ROW).replace(",", "\t"),
    "by tabs, with commas inside": "某某银行,对账单\n" + TABBED + "2026-11-24\t12.50\tB1\t支付宝,清算\t\n",
    "by tabs, with thousands": (HEAD + "2026-11-24,1,B0\n").replace(",", "\t") + "2026-11-24\t11.50\tB,1\n",
    "by commas, with a tab inside": "某某银行\t对账单\n" + HEAD + "2026-11-24,12.50,B\t1\n",
    "by semicolons": "某某银行, 对账单\n" + (HEAD + ROW).replace(",", ";"),
    "by tabs, with a quote in a text": TABBED + f'2026-11-24\t12.50\tB1\t,"{LONG}\t{LONG}',
    "lines of Windows": (HEAD + ROW).replace("\n", "\r\n"),
    "lines of an old Mac": (HEAD + ROW).replace("\n", "\r"),
    "forty empty lines above": "\n" * 40 + HEAD + ROW,
    "a title above and totals below": "某某银行对账单\n\n" + HEAD + ROW + "合计,12.50,\n",
    "remarks below": HEAD + ROW + "# 共1笔,12.50,\n#导出时间：2026年11月25日,,\n",
    "remarks with commas": "流水号,交易日期,贷方金额\nB1,2026-11-24,12.50\n# 共1笔,12.50,\n合计笔数,1,\n",
    "totals of a day": "流水号,交易日期,贷方金额\nB1,2026-11-24,12.50\n小计,2026-11-24,12.50\n合计：,,12.50\n",
    "a total with its day": SUMMED + ",2026-11-24,12.50,B1\nTotal,2026-11-24,12.50,\n",
    "a reference that begins like a remark": "流水号,交易日期,贷方金额\n#A1,2026-11-24,12.50\n",
    "a summary that begins like a total": SUMMED + "合计清算支付宝,2026-11-24,12.50,B1\n",
    "a payer that begins like a total": "付款人,交易日期,贷方金额,流水号\nTotal Pay,2026-11-24,12.50,B1\n",
    "quotes and marks of text": HEAD + '"2026/11/24 08:00:00","12.50","`B1\t"\n',
    "a day in eight digits": HEAD + "20261124,12.50,B1\n",
    "a Chinese day": HEAD + "2026年11月24日,12.50,B1\n",
    "two credits": HEAD + "2026-11-24,10.00,B1\n2026-11-24,2.50,B2\n",
    "the bill's own day": "交易日期,贷方金额,交易流水号,清算日期\n2026-11-24,12.50,B1,2026-11-23\n",
    "a charge beside it": "日期,借方金额,贷方金额,流水号\n2026-11-24,5.00,0.00,B0\n2026-11-24,,12.50,B1\n",
    "a column that says which it is": EITHER + "2026-11-24,借,5.00,B0\n2026-11-24,贷,12.50,B1\n",
    "sums of either kind": "交易日期,收/支,交易金额,流水号\n2026-11-24,支,5.00,B0\n2026-11-24,收,12.50,B1\n",
    "debits with their sign": "日期,收支方向,发生额,流水号\n2026-11-24,支出,-5.00,B0\n2026-11-24,收入,12.50,B1\n",
    "which it is in English": "Date,Dr/Cr,Amount,Reference\n2026-11-24,DR,5.00,B0\n2026-11-24,CR,12.50,B1\n",
    "which it is in two languages": "日期,借／贷,金额,流水号\n2026-11-24,支(Dr),5.00,B0\n2026-11-24,收(Cr),12.50,B1\n",
    "which it is beside two sums": BOTH + "2026-11-24,贷,5,,B0\n2026-11-24,?,,12.50,B1\n",
    "as 建行 writes it": "交易时间,借方发生额（支取）,贷方发生额（收入）,记账日期,账户明细编号-交易流水号,凭证号\n"
    "20261124 10:23:45,,12.50,20261124,B1,\n",
    "as 招行 writes it": "交易日,交易时间,起息日,借方金额,贷方金额,流水号\n2026-11-24,10:23:45,2026-11-24,,12.50,B1\n",
    "as 中行 writes it": "交易类型[ Transaction Type ]|交易日期[ Transaction Date ]|交易金额[ Trade Amount ]|"
    "交易流水号[ Transaction reference number ]\n往账|20261124|-5.00|B0\n来账|20261124|+12.50|B1\n",
    "a kind of transaction beside credits": "交易类型,日期,贷方金额,流水号\n转账,2026-11-24,12.50,B1\n",
    "places that are nothing": HEAD + "2026-11-24,12.500,B1\n",
}


@pytest.mark.parametrize("shape", ALIKE)
def test_the_same_credit_is_read_however_the_bank_writes_it(shape: str) -> None:
    assert (told(ALIKE[shape]).credits, faults(ALIKE[shape])) == ({DAY: FEE}, [])


def test_a_bill_of_three_years_ago_is_old_enough() -> None:
    assert told(HEAD + f"{FIRST + ONE},12.50,B1\n").credits == {FIRST: FEE}
    assert TODAY.replace(year=TODAY.year - 3) >= FIRST


def test_thousands_may_be_set_apart() -> None:
    assert told(HEAD + '2026-11-24,"1,234,567.89",B1\n').credits == {DAY: 123_456_789}


WRONG: dict[str, tuple[str | bytes, int, Fault]] = {
    "nothing": (b"", 0, Fault.NO_HEAD),
    "no head": (ROW * 40, 0, Fault.NO_HEAD),
    "a head alone": (HEAD, 0, Fault.NO_ROW),
    "an archive": (b"PK\x03\x04\x00\x00", 0, Fault.ENCODING),
    "no text": (b"\xff\xff\xff", 0, Fault.ENCODING),
    "below zero": (HEAD + "2026-11-24,-0.01,B1\n", 2, Fault.NEGATIVE),
    "nothing credited": (HEAD + "2026-11-24,0.00,B1\n", 2, Fault.ZERO),
    "two signs": (HEAD + "2026-11-24,+-1.00,B1\n", 2, Fault.AMOUNT),
    "a part of a fen": (HEAD + ROW + "2026-11-24,12.505,B2\n", 3, Fault.AMOUNT),
    "words": (HEAD + "2026-11-24,much,B1\n", 2, Fault.AMOUNT),
    "no number": (HEAD + "2026-11-24,NaN,B1\n", 2, Fault.AMOUNT),
    "wide digits": (HEAD + "2026-11-24,１２.50,B1\n", 2, Fault.AMOUNT),
    "an exponent": (HEAD + "2026-11-24,1e9,B1\n", 2, Fault.AMOUNT),
    "thousands set apart wrongly": (HEAD + '2026-11-24,"12,34.00",B1\n', 2, Fault.AMOUNT),
    "more than can be": (HEAD + "2026-11-24,1000000000.00,B1\n", 2, Fault.TOO_LARGE),
    "a row twice": (HEAD + ROW + ROW, 3, Fault.DOUBLED),
    "a reference with two sums": (HEAD + ROW + "2026-11-24,1.00,B1\n", 3, Fault.DOUBLED),
    "no reference": (HEAD + "2026-11-24,12.50,\n", 2, Fault.NO_REFERENCE),
    "a summary like a total, no reference": (SUMMED + "合计清算支付宝,2026-11-24,1.00,\n", 2, Fault.NO_REFERENCE),
    "a summary like a total, cut short": (SUMMED + "合计清算支付宝,2026-11-24,1.00\n", 2, Fault.COLUMNS),
    "a summary like a total, no day": (SUMMED + "合计清算支付宝,2026-02-30,1.00,B1\n", 2, Fault.DATE),
    "no day": (HEAD + ",12.50,B1\n", 2, Fault.DATE),
    "a day that is none": (HEAD + "2026-02-30,12.50,B1\n", 2, Fault.DATE),
    "a day to come": (HEAD + "2026-11-25,12.50,B1\n", 2, Fault.FUTURE),
    "a bill of a day to come": (BILLED + "2026-11-24,12.50,B1,2026-11-25\n", 2, Fault.FUTURE),
    "neither credit nor debit": (EITHER + "2026-11-24,冲正,1.00,B1\n", 2, Fault.DIRECTION),
    "credit or debit, not told": (EITHER + "2026-11-24,,1.00,B1\n", 2, Fault.DIRECTION),
    "credit and debit": (EITHER + "2026-11-24,借/贷,1.00,B1\n", 2, Fault.DIRECTION),
    "a credit below zero": (EITHER + "2026-11-24,贷,-1.00,B1\n", 2, Fault.NEGATIVE),
    "a debit among the credits": (BOTH + "2026-11-24,借,,1.00,B1\n", 2, Fault.CONTRADICTION),
    "sums of either kind alone": ("交易日期,交易金额,流水号\n2026-11-24,1.00,B1\n", 0, Fault.NO_HEAD),
    "debits alone": (EITHER + "2026-11-24,借,1.00,B1\n", 0, Fault.NO_ROW),
    "the first day there is": (HEAD + "0001-01-01,1.00,B1\n", 2, Fault.TOO_OLD),
    "the last day there is": (HEAD + "9999-12-31,1.00,B1\n", 2, Fault.FUTURE),
    "another century": (HEAD + "1926-11-24,1.00,B1\n", 2, Fault.TOO_OLD),
    "a bill of another century": (BILLED + "2026-11-24,1.00,B1,1926-11-23\n", 2, Fault.TOO_OLD),
    "a bill of the first day": (BILLED + "2026-11-24,1.00,B1,0001-01-01\n", 2, Fault.TOO_OLD),
    "the day before the first that counts": (HEAD + f"{FIRST},1.00,B1\n", 2, Fault.TOO_OLD),
    "a row cut short": (HEAD + ROW + "2026-11-24,1.0\n", 3, Fault.COLUMNS),
    "a row too wide": (HEAD + "2026-11-24,1,234.00,B1\n", 2, Fault.COLUMNS),
    "a field without end and no head": ('"' + "1" * 200_000, 0, Fault.NO_HEAD),
    "a field without end": (HEAD + '2026-11-24,"' + "1" * 200_000, 0, Fault.COLUMNS),
    "more rows than a statement has": (HEAD + ",,\n" * 100_000 + ROW, 100_002, Fault.TOO_LONG),
}


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_is_told_with_its_line(slip: str) -> None:
    text, line, fault = WRONG[slip]
    assert faults(text) == [(line, fault)]


def test_every_slip_of_a_file_is_told_at_once() -> None:
    assert faults(HEAD + "2026-11-24,0,B1\n" + ROW + "soon,1.00,B3\n") == [(2, Fault.ZERO), (4, Fault.DATE)]


def test_rows_of_others_are_told_and_left_out() -> None:
    head = "交易日期,贷方金额,交易流水号,对方户名,摘要\n"
    rows = "2026-11-24,12.50,B1,支付宝(中国),\n2026-11-24,99.00,B2,某公司,房租\n2026-11-24,1.00,B3,,代支付宝\n"
    read_ = told(head + rows, sent_by="支付宝")
    assert (read_.credits, [(one.line, one.value) for one in read_.foreign]) == ({DAY: FEE + 100}, [(3, "99.00")])
    assert told(head + rows.splitlines(keepends=True)[1], sent_by="支付宝").faults == []


@pytest.mark.parametrize("payer", ["对方户名", "对方单位名称", "付款人名称[ Payer's Name ]", "收/付方名称"])
def test_a_credit_is_known_by_any_column_that_names_who_sent_it_or_what_for(payer: str) -> None:
    head = f"日期,贷方金额,流水号,{payer},摘要,用途\n"
    rows = "2026-11-24,1.00,B1,支付宝,转账,\n2026-11-24,2.00,B2,,转账,支付宝清算\n2026-11-24,4.00,B3,某公司,转账,\n"
    assert told(head + rows, sent_by="支付宝").credits == {DAY: 300}


def test_a_file_that_names_nobody_says_so_where_one_sender_is_asked_for() -> None:
    read_ = told(HEAD + ROW, sent_by="支付宝")
    assert ([one.fault for one in read_.faults], read_.foreign) == ([Fault.NO_PAYER], [])
    assert told(HEAD + ROW).credits == {DAY: FEE}


def test_what_goes_back_to_payers_is_no_credit_where_one_column_has_both() -> None:
    head = "交易日期,借贷标志,金额,流水号,摘要\n"
    found_ = told(head + "2026-11-24,贷,100.00,A1,支付宝\n2026-11-24,借,20.00,A3,支付宝退款\n", sent_by="支付宝")
    assert (found_.credits, found_.charges, found_.foreign) == ({DAY: 10_000}, 1, [])


def test_which_of_both_somebody_elses_row_is_does_not_matter() -> None:
    found_ = told("日期,借贷,金额,流水号,摘要\n2026-11-24,冲正,1.00,A1,房租\n", sent_by="支付宝")
    assert (len(found_.foreign), found_.faults) == (1, [])


PAIRS = ("贷 借", "贷方 借方", "收 支", "收入 支出", "转入 转出", "来账 往账", "C D", "Cr. Dr.")


@pytest.mark.parametrize("head", ["借贷标志", "借贷方向", "借贷", "收支方向", "收支标志", "借/贷", "交易方向", "dr/cr"])
def test_a_credit_is_told_from_a_debit_in_every_word_of_a_bank(head: str) -> None:
    rows = [
        f"2026-11-24,{word},{amount},{number}-{word}\n"
        for number, pair in enumerate(PAIRS)
        for word, amount in zip(pair.split(), ("12.50", "7.00"), strict=True)
    ]
    found_ = told(f"交易日期,{head},金额,流水号\n" + "".join(rows))
    assert (found_.credits, found_.charges, found_.faults) == ({DAY: FEE * len(PAIRS)}, len(PAIRS), [])


@pytest.fixture
def kept(world: World) -> World:
    """A day with one payment, of which the wallet keeps a fee of 7 fen."""
    world.wallet.keeps_per_mille = 6
    world.fulfilled()
    world.clock.advance(ONE)
    return world


def test_a_credit_is_held_against_the_bill_less_fees_and_read_again_changes_nothing(kept: World) -> None:
    [first] = take_in(kept.context, ACCOUNT, {DAY: FEE}, "cli")
    assert (first.is_news, first.credited_fen) == (True, FEE)
    assert first.net_fen is not None
    assert 0 < first.net_fen < FEE
    assert [finding for finding, _ in found(kept)] == [Finding.BANK_AMOUNT]
    right = {DAY: Fen(first.net_fen)}
    for is_news in (True, False, False):
        kept.clock.advance(timedelta(minutes=1))
        assert take_in(kept.context, ACCOUNT, right, "cli") == [Credited(DAY, right[DAY], is_news, first.net_fen)]
        assert [progress for _, progress in found(kept)] == ["cleared"]
    with kept.store.read(OPERATOR) as work:
        acts = [entry.action for entry in work.audit.latest()]
        credit = BankCredits(work).find(ACCOUNT, DAY)
    assert acts.count("bank_credit.told") == 2
    assert credit is not None
    assert credit.amount_fen == first.net_fen


def test_a_credit_whose_bill_is_not_there_yet_is_kept_and_says_so(kept: World) -> None:
    kept.wallet.has_bill = False
    [one] = take_in(kept.context, ACCOUNT, {DAY: FEE}, "cli")
    assert (one.net_fen, one.reason) == (None, "NotDone: the bill is not ready")


def test_days_are_explained_in_their_order(kept: World) -> None:
    other = date(2026, 11, 22)
    days = take_in(kept.context, ACCOUNT, {DAY: FEE, other: Fen(5)}, "cli")
    assert [(one.day, one.net_fen == one.credited_fen) for one in days] == [(other, False), (DAY, False)]
