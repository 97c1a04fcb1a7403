"""Bugs that others have shipped, planted one at a time: the simulation is only as good as what it catches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from adapters.alipay import mapping
from adapters.errors import OutsideError, Refused
from adapters.values import RefundOrder, Trade, TradeStatus
from hospital_bridge.payment import effects, ledger
from hospital_bridge.payment.effects import Driver, Errand
from hospital_bridge.payment.flows import close, collect, create, fulfil, refund, send_refund, settle, watch
from hospital_bridge.payment.model import Account, Effect, Move, Payment, Posting
from hospital_bridge.sandbox.alipay.faults import Effect as WalletEffect
from hospital_bridge.slot import Receipt, VerticalWork
from hospital_bridge.store.jobs import Job
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.verticals.hospital import leaving
from hospital_bridge.verticals.hospital.registration import Event
from hospital_bridge.verticals.hospital.stays import arrival, reckoning
from hospital_bridge.verticals.hospital.stays.stay import Stay
from hospital_bridge.verticals.hospital.store import registrations, reports, slot_holds
from hospital_bridge.verticals.hospital.visits import places
from hospital_bridge.workers.job_runner import JobRunner
from tests.simulation import outside
from tests.simulation.options import Options, Weather

Mutant = Callable[[], AbstractContextManager[Any]]
Storm = Callable[[Options], Options]


def _nothing(*_: Any, **__: Any) -> None:
    """Leaves out what should have happened."""


# --- outcomes that are not known ---


def _tell_again(driver: Driver, errand: Errand, effect: Effect) -> bool:
    with driver.store.begin(driver.operator_id) as work:
        standing = work.effects.find(effect.key, lock=True)
        if standing is not None:
            work.effects.save(standing.never_happened(work.now))
    return True


def _take_silence_for_no(driver: Driver, errand: Errand, lost: OutsideError) -> None:
    driver._refuse(errand, Refused(lost.text))


def _number_anew(context: Any, work: Work, payment: Payment) -> Any:
    return replace(ORDER(context, work, payment), merchant_order_no=work.ids.new())


ORDER = create._order


# --- money ---


def _post_twice(work: Work, payment: Payment, day: Any) -> None:
    POST(work, payment, day)
    if payment.collected_fen:
        accounts = (Account.WALLET_CLEARING, payment.stands_in)
        work.ledger.post(
            Posting(Move.COLLECT, payment.payment_id, *accounts, payment.collected_fen, day, work.ids.new())
        )


POST = ledger.post_collection


def _accept_refusal(context: Any, work: Work, payment_id: str, _: Refused) -> None:
    fulfil.accept(context, work, payment_id, Receipt(payment_id, "R0", work.payments.get(payment_id).amount_fen))


def _release_only(work: VerticalWork, registration_id: str) -> None:
    registrations.save(work, registrations.get(work, registration_id).after(Event.RELEASED))


def _complete_first(runner: JobRunner, job: Job) -> None:
    runner._settle(job, lambda claims: claims.complete(job))
    runner._handlers.io[job.topic](runner._store, job)


def _settle_again(context: Any, work: Work, payment: Payment, trade: Trade) -> None:
    collect.collect(context, work, payment, trade)


def _of_another_order(order_no: str, *rest: Any) -> RefundOrder:
    return RefundOrder(order_no[::-1], *rest)


def _keep_the_money(_: Any, __: Any, payment: Payment, *___: Any) -> Payment:
    return payment


@contextmanager
def _give_back_at_every_word() -> Iterator[None]:
    given_back, close_orders = arrival._given_back, arrival._close

    def unnoticed(*about: Any) -> int:
        given_back(*about)
        return 0

    def close_and_give_back(work: VerticalWork, stay: Stay) -> None:
        close_orders(work, stay)
        arrival._give_back(work, None, stay)

    with (
        patch.object(arrival, "_given_back", unnoticed),
        patch.object(arrival, "_close", close_and_give_back),
        patch.object(reckoning, "others_fen", lambda *_: 0),
    ):
        yield


@contextmanager
def _forget_what_is_back() -> Iterator[None]:
    begins_anew = patch.object(arrival, "_without_what_stuck", lambda _, __, changed: replace(changed, returned_fen=0))
    with begins_anew, patch.object(reckoning, "others_fen", lambda *_: 0):
        yield


def _whole_yuan(amount: int) -> str:
    return f"{amount // 100}.00"


@contextmanager
def _believe_any_sum() -> Iterator[None]:
    lies = patch.object(outside, "NOTICE_FAULTS", (WalletEffect.WRONG_AMOUNT,))
    with lies, patch.object(settle, "_mismatch", lambda *_: ""):
        yield


def _any_weather(options: Options) -> Options:
    return options


@dataclass(frozen=True)
class Bug:
    """How it is planted, and in what storm it shows soonest."""

    plant: Mutant
    storm: Storm = _any_weather


def _late_messages(options: Options) -> Options:
    return replace(options, forgetful_hospital=True, his=replace(options.his, late_request=0.5))


def _false_notices(options: Options) -> Options:
    believing = replace(options.moods, pays=1.0, pays_late=0.0, cancels=0.0, chooses_free=0.0)
    return replace(options, notices=Weather(peer_fault=0.9), outages=(), moods=believing)


def _refusals(options: Options) -> Options:
    return replace(options, moods=replace(options.moods, refuses_posting=0.5, pays=1.0))


def _changes_of_mind(options: Options) -> Options:
    return replace(options, moods=replace(options.moods, pays=1.0, cancels=0.9, pays_while_cancelling=0.6))


def _bills(options: Options) -> Options:
    return replace(options, bills=2, moods=replace(options.moods, pays=1.0))


def _cashiers(options: Options) -> Options:
    moods = replace(options.moods, pays=1.0, pays_late=0.0, cancels=0.1, refunds_in_console=0.4)
    return replace(options, cashiers=6, moods=moods)


def _never_paid(options: Options) -> Options:
    return replace(options, moods=replace(options.moods, pays=0.0))


def _lost_notices(options: Options) -> Options:
    return replace(options, notices=Weather(lost_request=0.9), moods=replace(options.moods, pays=1.0))


def _news(options: Options) -> Options:
    return replace(options, news=2)


def _stays(options: Options) -> Options:
    return replace(options, stays=2, moods=replace(options.moods, pays=1.0))


def _as_heard() -> AbstractContextManager[Any]:
    return patch.object(reports, "NEWEST_FIRST", (reports.REPORT_VERSION.c.received_at.desc(),))


BUGS: Mapping[str, Bug] = {
    "an order is closed here and not at the wallet": Bug(
        lambda: patch.object(close, "_close", lambda _, order_no: Trade(order_no, TradeStatus.CLOSED)), _changes_of_mind
    ),
    "an unknown outcome is told again without asking": Bug(
        lambda: patch.object(Driver, "_never_happened", _tell_again), _late_messages
    ),
    "a call leaves before its intent is committed": Bug(lambda: patch.object(Driver, "_mark_sent", lambda *_: True)),
    "silence counts as a no": Bug(lambda: patch.object(Driver, "_lose_sight", _take_silence_for_no)),
    "a message that may still travel is sent again": Bug(
        lambda: patch.object(effects, "_still_travelling", _nothing), _late_messages
    ),
    "every try gets an order number of its own": Bug(lambda: patch.object(create, "_order", _number_anew)),
    "a refund is sent without being reserved": Bug(lambda: patch.object(Payment, "reserved", lambda self, _: self)),
    "the collection is posted twice": Bug(lambda: patch.object(collect, "post_collection", _post_twice)),
    "a sum that does not fit is believed": Bug(
        lambda: patch.object(settle, "_mismatch", lambda *_: ""), _false_notices
    ),
    "late money is kept": Bug(
        lambda: patch.object(collect, "_return_late_money", lambda _, __, payment: payment), _changes_of_mind
    ),
    "a refusal of the hospital counts as a yes": Bug(
        lambda: patch.object(fulfil, "refuse", _accept_refusal), _refusals
    ),
    "a slot that nobody paid for is not given back": Bug(lambda: patch.object(leaving, "ask_release", _nothing)),
    "a cancelled registration is not refunded": Bug(
        lambda: patch.object(leaving, "_released", _release_only), _changes_of_mind
    ),
    "a held seat is never freed": Bug(lambda: patch.object(slot_holds, "free_seat", _nothing)),
    "the version of a report that is heard last stands": Bug(_as_heard, _news),
    "a visit at the window gets no place in the line": Bug(
        lambda: patch.object(places, "give", lambda _, __: ""), _news
    ),
    "a notice that comes twice is settled twice": Bug(lambda: patch.object(settle, "_book", _settle_again)),
    "a refund names another order": Bug(
        lambda: patch.object(send_refund, "RefundOrder", _of_another_order), _changes_of_mind
    ),
    "what the hospital refused is not given back": Bug(
        lambda: patch.object(fulfil, "give_back", _keep_the_money), _refusals
    ),
    "the hospital never hears of a refund": Bug(
        lambda: patch.object(refund, "_to_take_back", _nothing), _changes_of_mind
    ),
    "what the hospital has booked is not posted": Bug(lambda: patch.object(fulfil, "post_fulfilment", _nothing)),
    "the wallet is told whole yuan": Bug(lambda: patch.object(mapping, "yuan_from_fen", _whole_yuan), _bills),
    "an order that nobody pays is never closed": Bug(lambda: patch.object(watch, "close_order", _nothing), _never_paid),
    "nobody asks the wallet a second time": Bug(
        lambda: patch.object(watch, "_is_waiting", lambda _: False), _lost_notices
    ),
    "the ceiling forgets what is on its way": Bug(
        lambda: patch.object(Payment, "refundable_fen", property(lambda self: self.collected_fen - self.refunded_fen)),
        _cashiers,
    ),
    "what the wallet's console gave back is not booked": Bug(
        lambda: patch.object(collect, "note_refund_by_wallet", lambda _, __, payment, *___, **____: payment), _cashiers
    ),
    "what is left of the deposits stays": Bug(lambda: patch.object(arrival, "_given_back", lambda *_: 0), _stays),
    "what is left of the deposits goes back at every word of it": Bug(_give_back_at_every_word, _stays),
    "a corrected settlement forgets what is back of it": Bug(_forget_what_is_back, _stays),
    "a job is done before it is run": Bug(lambda: patch.object(JobRunner, "_call", _complete_first)),
}

STORMS = {bug.storm.__name__.strip("_"): bug.storm for bug in BUGS.values() if bug.storm is not _any_weather}
