"""The day that finance closes, over the real store: compared again, read, signed, and who signed it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.money import yuan_from_fen
from adapters.values import EntryKind, Fen
from hospital_bridge.finance import FinanceDesk
from hospital_bridge.payment.reconcile import reconcile_day
from hospital_bridge.payment.reconcile.bank_file import Fault
from hospital_bridge.settings import BillChannel
from hospital_bridge.slot import SaleEntry
from hospital_bridge.store.bank_credits import BankCredits
from hospital_bridge.store.differences import Finding
from hospital_bridge.store.reconciliation import RunState, Step
from hospital_bridge.store.staff import StaffAccounts
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.web.finance_reads import CannotSign, Explanation, NotYet, SomebodyWasFaster, StatedCredit
from hospital_bridge.web.vouchers import BANK, DISCOUNTS, GIVEN_OFF, IN_TRANSIT, vouchers
from tests.payment.test_reconciling import DAY, ONE, reconcile
from tests.payment.wallet import InMemoryWallet
from tests.payment.world import ACCOUNT, FEE, OPERATOR, World
from tests.steered import FakeClock


@pytest.fixture
def world(store: Store, clock: FakeClock) -> World:
    return World(store, clock)


@pytest.fixture
def finance(world: World) -> FinanceDesk:
    return FinanceDesk(lambda _: world.context)


def test_a_day_is_compared_again_as_often_as_it_is_asked_then_signed(world: World, finance: FinanceDesk) -> None:
    world.fulfilled()
    world.clock.advance(ONE)
    with pytest.raises(NotYet):
        finance.compare_again(OPERATOR, DAY + 2 * ONE, by="wang")
    with pytest.raises(CannotSign, match="not_reconciled"):
        finance.sign(OPERATOR, DAY, by="nobody", seen="")
    for _ in range(2):
        world.clock.advance(timedelta(minutes=1))
        finance.compare_again(OPERATOR, DAY, by="wang")
        world.run()
        [run] = finance.runs(OPERATOR, 9)
        assert (run.day, run.state, run.run_at) == (DAY, RunState.DONE, world.clock.now())
    with world.store.begin(OPERATOR) as work:
        wang = StaffAccounts(work).add("wang", "王会计", "no password", frozenset())
    assert finance.statement(OPERATOR, DAY).obstacle == ""
    finance.sign(OPERATOR, DAY, by=wang, seen=finance.statement(OPERATOR, DAY).digest)
    signed = finance.statement(OPERATOR, DAY)
    assert (signed.obstacle, signed.signed_by, signed.signed_at) == ("signed", "王会计", world.clock.now())
    [account] = signed.content["accounts"]
    assert (account["account"], account["ledger_fen"]) == (ACCOUNT, FEE)
    with world.store.read(OPERATOR) as work:
        acts = [(entry.action, entry.target) for entry in work.audit.latest()]
    assert acts.count(("reconciliation.asked", DAY.isoformat())) == 2
    assert ("statement.signed", DAY.isoformat()) in acts


def test_a_comparison_under_way_and_every_open_difference_are_read(world: World, finance: FinanceDesk) -> None:
    world.fulfilled()
    world.desk.effects.clear()
    world.clock.advance(2 * ONE)
    reconcile(world)
    with world.store.begin(OPERATOR) as work:
        work.reconciliations.come_to(ACCOUNT, DAY, Step.BILL, 250_000)
    [run] = finance.under_way(OPERATOR)
    assert (run.account, run.step, run.rows_read) == (ACCOUNT, "bill", 250_000)
    assert list(finance.all_differences(OPERATOR)) == list(finance.differences(OPERATOR))
    assert [one.finding for one in finance.all_differences(OPERATOR)] == [Finding.SALE_MISSING]


def test_what_nobody_here_sold_is_told_with_one_account_only(world: World) -> None:
    payment = world.fulfilled()
    world.refund_all(payment)
    world.drain()
    world.desk.effects.append(SaleEntry("by-hand", EntryKind.PAYMENT, Fen(700), world.clock.now()))
    two = replace(world.context, wallets={**world.context.wallets, "wechat-1": InMemoryWallet(world.clock)})
    runs = [reconcile_day(two, account, DAY) for account in two.wallets]
    assert [(run.wallet_account, run.sale_fen, run.unexplained_fen) for run in runs] == [
        (ACCOUNT, 700, 700),
        ("wechat-1", 0, 0),
    ]


def test_31_a_refund_that_the_bill_lacks_for_good_is_asked_for_at_the_wallet(world: World) -> None:
    payment = world.fulfilled()
    world.refund_all(payment)
    world.drain()
    lines = [one for one in world.wallet.download_bill(DAY) if one.kind is EntryKind.PAYMENT]
    world.clock.advance(2 * ONE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.wallet, "download_bill", lambda _: iter(lines))
        reconcile(world)
    with world.store.read(OPERATOR) as work:
        [one] = work.differences.of(ACCOUNT, DAY)
    assert (one.finding, one.kind, one.clue) == (Finding.LEDGER_ONLY, EntryKind.REFUND, "confirmed")


ALIKE = 60


@pytest.fixture
def shared(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A day whose bill has sixty lines that are nobody's here beside one that is, and one entry that the list lacks."""
    world.fulfilled()
    [ours] = world.wallet.download_bill(DAY)
    strangers = [replace(ours, merchant_order_no=f"X{number}", amount_fen=Fen(7)) for number in range(ALIKE)]
    monkeypatch.setattr(world.wallet, "download_bill", lambda _: iter([ours, *strangers]))
    world.desk.effects.clear()
    world.clock.advance(2 * ONE)
    reconcile(world)
    return world


def test_lines_that_are_nobodys_here_are_one_matter_that_a_person_owns(shared: World, finance: FinanceDesk) -> None:
    strangers, alone = finance.differences(OPERATOR)
    assert (strangers.count, strangers.theirs_fen, strangers.finding) == (ALIKE, ALIKE * 7, Finding.WALLET_ONLY)
    assert (alone.count, alone.finding) == (1, Finding.SALE_MISSING)
    assert len(list(finance.all_differences(OPERATOR))) == ALIKE + 1
    with shared.store.begin(OPERATOR) as work:
        wang = StaffAccounts(work).add("wang", "王会计", "no password", frozenset())
    finance.explain(OPERATOR, strangers.key, None, by=wang)
    owned, _ = finance.differences(OPERATOR)
    assert (owned.count, owned.owner) == (ALIKE, "王会计")
    with pytest.raises(SomebodyWasFaster):
        finance.explain(OPERATOR, strangers.key, None, by=wang)
    [account] = finance.statement(OPERATOR, DAY).content["accounts"]
    assert [one.get("count") for one in account["differences"]] == [None, ALIKE]
    finance.explain(OPERATOR, owned.key, Explanation.ANOTHER_TILL, by=wang)
    assert finance.differences(OPERATOR) == [alone]


def test_a_group_is_explained_only_as_it_was_seen(
    shared: World, finance: FinanceDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, _ = finance.differences(OPERATOR)
    lines = list(shared.wallet.download_bill(DAY))
    one_more = [*lines, replace(lines[-1], merchant_order_no="later")]
    monkeypatch.setattr(shared.wallet, "download_bill", lambda _: iter(one_more))
    reconcile(shared)
    with pytest.raises(SomebodyWasFaster):
        finance.explain(OPERATOR, seen.key, Explanation.ANOTHER_TILL, by="wang")


@pytest.fixture
def with_fees(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A payment of 12.50 of which the wallet keeps 8 fen, and a till's that a rule names, of 7.00 less 4 fen."""
    world.fulfilled()
    [ours] = [replace(line, fee_fen=Fen(8)) for line in world.wallet.download_bill(DAY)]
    tills = replace(ours, merchant_order_no="K1", amount_fen=Fen(700), receipt_fen=Fen(700), fee_fen=Fen(4))
    monkeypatch.setattr(world.wallet, "download_bill", lambda _: iter([ours, tills]))
    kiosk = BillChannel(wallet=ACCOUNT, name="kiosk", patterns={"order_no": re.compile(r"K\d+")})
    world.context = replace(world.context, bill_channels=(kiosk,))
    reconcile(world)
    return world


NET = FEE - 8 + 700 - 4


@pytest.mark.parametrize(("credited", "unexplained"), [(NET, 0), (NET - 1, 1), (-1, NET + 1)])
def test_the_banks_credit_is_held_against_all_lines_of_the_bill_less_their_fees(
    with_fees: World, finance: FinanceDesk, credited: int, unexplained: int
) -> None:
    finance.tell_bank_credit(OPERATOR, DAY, ACCOUNT, credited, by="wang")
    run = reconcile(with_fees)
    assert (run.unexplained_fen, run.fee_fen) == (unexplained, 8)
    told = [(one.finding, one.ours_fen, one.theirs_fen, one.reference) for one in finance.differences(OPERATOR)]
    expected = [(Finding.BANK_AMOUNT, NET, credited, DAY.isoformat())] if unexplained else []
    assert told == expected
    [account] = finance.statement(OPERATOR, DAY).content["accounts"]
    assert account["bank_fen"] == credited


def test_what_the_hospital_itself_gave_off_never_reaches_its_bank(
    world: World, finance: FinanceDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 12.50 the payer had 2.50 off at the hospital's cost, of a till's 7.00 that went back 1.00."""
    world.fulfilled()
    [whole] = world.wallet.download_bill(DAY)
    ours = replace(whole, receipt_fen=Fen(FEE - 250), fee_fen=Fen(8))
    till = replace(whole, merchant_order_no="K1", amount_fen=Fen(700), receipt_fen=Fen(600))
    back = replace(till, kind=EntryKind.REFUND, refund_no="R1")
    monkeypatch.setattr(world.wallet, "download_bill", lambda _: iter([ours, till, back]))
    kiosk = BillChannel(wallet=ACCOUNT, name="kiosk", patterns={"order_no": re.compile(r"K\d+")})
    world.context = replace(world.context, bill_channels=(kiosk,))
    finance.tell_bank_credit(OPERATOR, DAY, ACCOUNT, FEE - 250 - 8, by="wang")
    assert reconcile(world).unexplained_fen == 0
    content = finance.statement(OPERATOR, DAY).content
    [account] = content["accounts"]
    told = {one["channel"]: (one["paid_fen"], one["discount_fen"], one["net_fen"]) for one in account["channels"]}
    assert told == {"bridge": (FEE, 250, FEE - 258), "kiosk": (700, 0, 0)}
    made = vouchers(content)
    stands = sum(one.amount_fen * ((one.debit == IN_TRANSIT) - (one.credit == IN_TRANSIT)) for one in made)
    deposits = [one.amount_fen for one in made if one.debit == BANK]
    assert (stands, deposits) == (0, [FEE - 258])
    assert [(one.debit, one.amount_fen) for one in made if one.summary == GIVEN_OFF] == [(DISCOUNTS, 250)]


def test_a_statement_that_has_changed_since_it_was_read_is_not_signed(with_fees: World, finance: FinanceDesk) -> None:
    reconcile(with_fees)
    with_fees.clock.advance(ONE)
    seen = finance.statement(OPERATOR, DAY)
    assert seen.obstacle == ""
    finance.tell_bank_credit(OPERATOR, DAY, ACCOUNT, NET + 100, by="li")
    with pytest.raises(CannotSign, match="changed"):
        finance.sign(OPERATOR, DAY, by="wang", seen=seen.digest)
    reads_again = finance.statement(OPERATOR, DAY)
    assert (reads_again.obstacle, reads_again.signed_at) == ("", None)
    finance.sign(OPERATOR, DAY, by="wang", seen=reads_again.digest)
    assert finance.statement(OPERATOR, DAY).digest == reads_again.digest


def test_a_credit_that_was_mistyped_is_told_again_and_what_the_bank_tells_of_a_signed_day_is_added(
    with_fees: World, finance: FinanceDesk
) -> None:
    """A charge-back weeks later makes the day's net less, or less than nothing; the signed one stays as it was."""
    for credited in (NET + 100, NET):
        finance.tell_bank_credit(OPERATOR, DAY, ACCOUNT, credited, by="wang")
        with_fees.clock.advance(timedelta(minutes=1))
        reconcile(with_fees)
    assert finance.differences(OPERATOR) == []
    with_fees.clock.advance(ONE)
    signed = finance.statement(OPERATOR, DAY).digest
    finance.sign(OPERATOR, DAY, by="wang", seen=signed)
    with_fees.clock.advance(ONE)
    finance.tell_bank_credit(OPERATOR, DAY, ACCOUNT, -700, by="wang")
    with_fees.run()
    stands = finance.statement(OPERATOR, DAY)
    [account] = stands.content["accounts"]
    assert (stands.digest, account["bank_fen"]) == (signed, NET)
    assert [(one["what"], one["theirs_fen"]) for one in stands.additions if one["what"] == "bank"] == [("bank", -700)]
    assert [(one.finding, one.theirs_fen) for one in finance.differences(OPERATOR)] == [(Finding.BANK_AMOUNT, -700)]


def test_a_credit_of_an_account_or_a_day_that_has_no_bill_is_refused(with_fees: World, finance: FinanceDesk) -> None:
    with pytest.raises(NotYet):
        finance.tell_bank_credit(OPERATOR, DAY, "another-account", NET, by="wang")
    with pytest.raises(NotYet):
        finance.tell_bank_credit(OPERATOR, DAY + 2 * ONE, ACCOUNT, NET, by="wang")


@pytest.mark.parametrize("year", [1, 206, 1926, 2062, 9999])
def test_a_day_whose_bill_no_wallet_has_is_refused_and_nothing_is_asked_for(
    world: World, finance: FinanceDesk, year: int
) -> None:
    with pytest.raises(NotYet):
        finance.compare_again(OPERATOR, DAY.replace(year=year), by="wang")
    with pytest.raises(NotYet):
        finance.tell_bank_credit(OPERATOR, DAY.replace(year=year), ACCOUNT, NET, by="wang")
    world.run()
    assert finance.runs(OPERATOR, 9) == []


def test_a_known_credit_is_compared_by_the_bridge_itself(with_fees: World, finance: FinanceDesk) -> None:
    finance.tell_bank_credit(OPERATOR, DAY, ACCOUNT, NET - 500, by="wang")
    with_fees.run()
    assert [one.finding for one in finance.differences(OPERATOR)] == [Finding.BANK_AMOUNT]


HEAD = "交易日期,贷方金额,交易流水号\n"


def test_a_bank_file_is_kept_with_its_name_on_the_trail_and_its_days_are_compared(
    with_fees: World, finance: FinanceDesk
) -> None:
    with_fees.clock.advance(ONE)
    raw = f"{HEAD}{DAY + ONE},{yuan_from_fen(Fen(NET - 500))},A1\n".encode("gbk")
    for is_news in (True, False):
        told = finance.read_bank_file(OPERATOR, ACCOUNT, raw, 1, "", by="wang")
        assert told.days == [StatedCredit(DAY, NET - 500, is_news)]
        with_fees.run()
        assert [one.finding for one in finance.differences(OPERATOR)] == [Finding.BANK_AMOUNT]
    with with_fees.store.read(OPERATOR) as work:
        acts = [(act.actor, act.target) for act in work.audit.latest() if act.action == "bank_credit.told"]
    assert acts == [("wang", f"{ACCOUNT}:{DAY.isoformat()}")]


def test_of_a_bank_file_with_a_wrong_row_nothing_is_kept(world: World, finance: FinanceDesk) -> None:
    raw = f"{HEAD}{DAY},1.00,A1\n{DAY + 9 * ONE},1.00,A2\n".encode()
    told = finance.read_bank_file(OPERATOR, ACCOUNT, raw, 0, "", by="wang")
    assert ([(one.line, one.fault) for one in told.faults], told.days) == ([(3, Fault.FUTURE)], ())
    with world.store.read(OPERATOR) as work:
        assert BankCredits(work).find(ACCOUNT, DAY) is None
    with pytest.raises(NotYet):
        finance.read_bank_file(OPERATOR, "another-account", raw, 0, "", by="wang")
