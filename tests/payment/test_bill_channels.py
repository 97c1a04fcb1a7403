"""Tills share one merchant number: each line of the bill is ours, a till's that a rule names, or a difference."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.values import BillEntry, EntryKind, Fen
from hospital_bridge.payment.reconcile import reconcile_day
from hospital_bridge.settings import BillChannel
from hospital_bridge.store.differences import Clue, Finding
from hospital_bridge.store.reconciliation import ChannelSums, Reconciliation
from tests.payment.faults import Fault
from tests.payment.test_reconciling import DAY, reconcile
from tests.payment.world import ACCOUNT, FEE, World

ANY_TIME = datetime(2026, 11, 23, tzinfo=UTC)


def channel(name: str, /, **patterns: str) -> BillChannel:
    return BillChannel(wallet=ACCOUNT, name=name, patterns={key: re.compile(text) for key, text in patterns.items()})


RULES = (
    channel("kiosk", order_no=r"K\d+", terminal_no="T.*"),
    channel("cashier", cashier_no="C07"),
    channel("pharmacy", shop_no="S02"),
    replace(channel("elsewhere", order_no=".*"), wallet="another-account"),
)


def line(order_no: str, fen: int = 700, /, **told: object) -> BillEntry:
    plain = BillEntry(EntryKind.PAYMENT, order_no, "T", Fen(fen), Fen(fen), Fen(4), ANY_TIME)
    return replace(plain, **told)  # type: ignore[arg-type]  # a table of cases


def shared(world: World, *strangers: BillEntry, rules: tuple[BillChannel, ...] = RULES) -> Reconciliation:
    """The day's reconciliation where the wallet's bill holds these lines as well."""
    lines = [*world.wallet.download_bill(DAY), *(replace(one, occurred_at=world.clock.now()) for one in strangers)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.wallet, "download_bill", lambda _: iter(lines))
        return reconcile_day(replace(world.context, bill_channels=rules), ACCOUNT, DAY)


def channels(world: World) -> dict[str, ChannelSums]:
    with world.store.read("h1") as work:
        return {one.channel: one for one in work.reconciliations.channels(ACCOUNT, DAY)}


def clues(world: World) -> list[tuple[Finding, str, str]]:
    with world.store.read("h1") as work:
        return [(one.finding, one.reference, one.clue) for one in work.differences.of(ACCOUNT, DAY)]


def test_lines_of_other_tills_are_counted_by_channel_and_are_no_differences(world: World) -> None:
    world.fulfilled()
    refund = line("K17", 300, terminal_no="T12", kind=EntryKind.REFUND, refund_no="1", fee_fen=Fen(-2))
    run = shared(
        world,
        line("K17", terminal_no="T12"),
        refund,
        line("whatever", cashier_no="C07"),
        line("K99", 50, shop_no="S02"),
    )
    assert (run.unexplained_fen, run.wallet_fen, run.ledger_fen, clues(world)) == (0, FEE, FEE, [])
    told = {name: (one.payments, one.paid_fen, one.refunded_fen, one.net_fen) for name, one in channels(world).items()}
    assert told == {
        "bridge": (1, FEE, 0, FEE),
        "kiosk": (1, 700, 300, 398),
        "cashier": (1, 700, 0, 696),
        "pharmacy": (1, 50, 0, 46),
    }


def test_a_line_that_no_rule_gives_to_a_till_is_a_difference_until_one_does(world: World) -> None:
    world.fulfilled()
    stranger = line("X1", 900, terminal_no="Z1")
    assert shared(world, stranger).unexplained_fen == 900
    assert clues(world) == [(Finding.WALLET_ONLY, "X1", Clue.NO_CHANNEL)]
    assert shared(world, stranger, rules=(channel("new", terminal_no="Z."),)).unexplained_fen == 0
    with world.store.read("h1") as work:
        assert work.differences.open_count() == 0


def test_what_was_opened_here_is_never_a_tills(world: World) -> None:
    payment = world.fulfilled()
    unknown_refund = line(payment.merchant_order_no, 100, kind=EntryKind.REFUND, refund_no="by-hand")
    shared(world, unknown_refund, rules=(channel("greedy", order_no=".*"),))
    assert clues(world) == [(Finding.WALLET_ONLY, "by-hand", Clue.OURS)]


def test_two_tills_may_give_refunds_the_same_number_or_none(world: World) -> None:
    world.fulfilled()
    refunds = [
        line("K1", 10, terminal_no="T1", kind=EntryKind.REFUND, refund_no="1"),
        line("K2", 20, terminal_no="T1", kind=EntryKind.REFUND, refund_no="1"),
        line("K3", 30, terminal_no="T1", kind=EntryKind.REFUND),
    ]
    assert shared(world, *refunds).unexplained_fen == 0
    assert channels(world)["kiosk"].refunded_fen == 60


def test_a_bill_most_of_which_is_not_ours_adds_up(world: World) -> None:
    for visit in range(8):
        world.fulfilled(f"A{visit}")
    strangers = [line(f"K{number}", 100 + number, terminal_no=f"T{number % 3}") for number in range(1200)]
    run = shared(world, *strangers, line("nobody's", 7))
    assert (run.matched, run.unexplained_fen) == (8, 7)
    whole = [sum(asdict(one)[name] for one in channels(world).values()) for name in ("payments", "paid_fen")]
    assert whole == [1209, 8 * FEE + sum(one.amount_fen for one in strangers) + 7]


@pytest.mark.parametrize("says", [Clue.CONFIRMED, Clue.DENIED, Clue.UNHEARD])
def test_31_the_wallet_is_asked_about_what_its_bill_lacks_for_good(world: World, says: Clue) -> None:
    payment = world.fulfilled("A1")
    world.fulfilled("A2")
    lines = [one for one in world.wallet.download_bill(DAY) if one.merchant_order_no != payment.merchant_order_no]
    world.clock.advance(timedelta(days=2))
    if says is Clue.DENIED:
        del world.wallet.orders[payment.merchant_order_no]
    if says is Clue.UNHEARD:
        world.wallet.line.will("query", Fault.NOT_SENT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.wallet, "download_bill", lambda _: iter(lines))
        assert reconcile(world).unexplained_fen == FEE
    assert clues(world) == [(Finding.LEDGER_ONLY, payment.merchant_order_no, says)]


def test_31_a_bill_that_lacks_very_much_is_not_asked_about_one_by_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hospital_bridge.payment.reconcile.asked.MOST_ASKED", 1)
    for visit in ("A1", "A2", "A3"):
        world.fulfilled(visit)
    lines = list(world.wallet.download_bill(DAY))[:1]
    world.clock.advance(timedelta(days=2))
    monkeypatch.setattr(world.wallet, "download_bill", lambda _: iter(lines))
    reconcile(world)
    assert sorted(clue for *_, clue in clues(world)) == [Clue.CONFIRMED, Clue.UNHEARD]
