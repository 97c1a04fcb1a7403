"""Notices at the address that everybody can reach: only the wallet's own word about the very payment counts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from hospital_bridge.payment.model.posting import Move
from hospital_bridge.sandbox.alipay.faults import Effect, Fault
from hospital_bridge.sandbox.alipay.news import notice_fields
from hospital_bridge.sandbox.alipay.notices import Notice
from hospital_bridge.sandbox.browser import PageShown
from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.sandbox.stage import AUDITOR_NAME, Stage
from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY
from tests.journeys.engineer import Console, ask, reading
from tests.journeys.newcomers import Newcomers

FORGED = [
    Effect.FORGE,
    Effect.FLIP_SIGN,
    Effect.FLIP_CONTENT,
    Effect.WRONG_AMOUNT,
    Effect.WRONG_APP,
    Effect.WRONG_SELLER,
]
REPEATS = 20
THREADS = 8


def post(stage: Stage, body: bytes, account: str = "main") -> tuple[int, bytes]:
    """What the bridge answers to a notice."""
    address = f"{stage.public_url}/callbacks/v1/demo/{account}"
    request = Request(address, data=body, headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
    try:
        with urlopen(request, timeout=20) as reply:
            return reply.status, reply.read()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read()


@pytest.fixture(scope="module")
def phone(newcomers: Newcomers) -> Phone:
    return newcomers.ready_phone()


@pytest.fixture(scope="module")
def awaiting(phone: Phone) -> PageShown:
    """A payment that waits for its payer."""
    return phone.wait_for(phone.book(OPHTHALMOLOGY), "awaiting")


@pytest.fixture(scope="module")
def paid_notice(stage: Stage, phone: Phone) -> Iterator[Notice]:
    """The right notice of a payment of which the bridge has heard by asking, or not yet."""
    stage.town.wallet.faults.add(Fault("notice", Effect.LOSE_NOTICE, times=None))
    phone.pay(phone.book(OPHTHALMOLOGY))
    yield stage.town.wallet.outbox.notices[-1]
    stage.town.wallet.faults.clear()


def security_kinds(stage: Stage) -> list[str]:
    with reading(stage) as work:
        return [event.kind for event in work.security_events.latest()]


@pytest.mark.parametrize("effect", FORGED)
def test_what_is_forged_changes_nothing_and_is_noticed(
    stage: Stage, phone: Phone, awaiting: PageShown, effect: Effect
) -> None:
    seen, before = len(security_kinds(stage)), ask(stage, "ledger", "verify")
    notice = _paid(stage, awaiting)
    _, answer = post(stage, stage.town.wallet.outbox.body(notice, effect))

    assert answer != b"success"
    assert len(security_kinds(stage)) == seen + 1
    assert ask(stage, "ledger", "verify") == before
    assert phone.look(awaiting).marks["situation"] == "awaiting"


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"sign=1&sign=2", b"a" * 70_000, b"trade_status=TRADE_SUCCESS"])
def test_what_is_no_notice_is_answered_and_noticed(stage: Stage, body: bytes) -> None:
    seen = len(security_kinds(stage))
    status, answer = post(stage, body)
    assert (status, answer) == (200, b"fail")
    assert security_kinds(stage)[: len(security_kinds(stage)) - seen] == ["notice.refused"]


def test_a_genuine_notice_about_an_order_of_nobody(stage: Stage, awaiting: PageShown) -> None:
    notice = _paid(stage, awaiting)
    notice.fields["out_trade_no"] = "0" * 32
    _, answer = post(stage, stage.town.wallet.outbox.body(notice))
    assert (answer, security_kinds(stage)[0]) == (b"fail", "notice.unknown_order")


def test_a_notice_for_an_account_that_is_not_ours(stage: Stage, awaiting: PageShown) -> None:
    status, answer = post(stage, stage.town.wallet.outbox.body(_paid(stage, awaiting)), account="other")
    assert (status, answer == b"success") == (404, False)


def test_a_right_notice_twenty_times_at_once_is_one_posting(stage: Stage, phone: Phone, paid_notice: Notice) -> None:
    bodies = [stage.town.wallet.outbox.body(paid_notice) for _ in range(REPEATS)]
    with ThreadPoolExecutor(THREADS) as senders:
        answers = list(senders.map(lambda body: post(stage, body)[1], bodies))
    assert answers == [b"success"] * REPEATS
    with reading(stage) as work:
        payment = work.payments.by_order(paid_notice.fields["out_trade_no"])
        assert payment is not None
        collected = [p for p in work.ledger.all() if p.payment_id == payment.payment_id and p.move is Move.COLLECT]
    assert [posting.amount_fen for posting in collected] == [8_000]
    assert payment.collected_fen == 8_000


def test_an_old_notice_after_the_refund_brings_no_money_back(stage: Stage, phone: Phone, paid_notice: Notice) -> None:
    page = next(link for link in phone.page("registrations").links if "registrations/" in link.address)
    registration = phone.wait_for(phone.open(f"{stage.public_url}{page.address}"), "done")
    phone.cancel(registration)
    refunded = phone.wait_for(registration, "refunded")
    before = ask(stage, "ledger", "verify")

    assert post(stage, stage.town.wallet.outbox.body(paid_notice))[1] == b"success"
    assert ask(stage, "ledger", "verify") == before
    assert phone.look(refunded).marks["situation"] == "refunded"


def test_the_auditor_sees_what_was_refused(stage: Stage) -> None:
    page = Console(stage, AUDITOR_NAME).page("security")
    assert "notice.refused" in page.words
    assert "payment.mismatch" in page.words


def _paid(stage: Stage, awaiting: PageShown) -> Notice:
    """What the wallet would say if the waiting payment were paid; nobody has paid it."""
    number = awaiting.link("cashier").rsplit("trade_no=", 1)[1].split("&")[0]
    trade = stage.town.wallet.trades.numbered(number)
    assert trade is not None
    app = stage.town.wallet.apps[trade.app_id]
    fields = notice_fields(trade) | {"trade_status": "TRADE_SUCCESS", "gmt_payment": "2026-11-23 08:00:00"}
    return Notice(stage.town.wallet.ids.new(), app, "", fields, stage.town.wallet.clock.now())
