"""Moments between two steps in which somebody else was faster, and answers that hardly any wallet gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from adapters.errors import OutcomeUnknown, Reason
from adapters.values import Fen
from hospital_bridge.payment.effects import Driver, Errand
from hospital_bridge.payment.flows import staff_refund
from hospital_bridge.payment.flows.create import create_order
from hospital_bridge.payment.model import Collection, EffectState, Payment, RefundReason, Situation
from hospital_bridge.store.jobs import Again
from hospital_bridge.store.unit_of_work import Store, Work
from tests.payment.faults import Fault
from tests.payment.world import FEE, HALF_AN_HOUR, OPERATOR, World
from tests.steered import CountedIds


class Overtaken(Store):
    """A store of which somebody is faster: what they do happens right after its first commit."""

    meanwhile: Callable[[], None] | None = None

    @contextmanager
    def begin(self, operator_id: str) -> Iterator[Work]:
        with super().begin(operator_id) as work:
            yield work
        do, self.meanwhile = self.meanwhile, None
        if do is not None:
            do()


class Race:
    """One errand, driven here and by somebody faster; `calls` is what reached the world."""

    def __init__(self, world: World, ids: CountedIds) -> None:
        self.slow_store = Overtaken(world.store.engine, world.clock, ids)
        self.slow, self.fast = Driver(self.slow_store, OPERATOR), world.context.driver
        self.calls: list[str] = []
        self.ends: list[str] = []

    def errand(self, act: Callable[[], str] | None = None, look: Callable[[], str | None] | None = None) -> Errand:
        return Errand("test", "test:1", act or self.call, look, lambda _, told: self.ends.append(told), _unheard)

    def call(self) -> str:
        self.calls.append("act")
        return "made"

    def lose(self) -> str:
        self.calls.append("act")
        raise OutcomeUnknown("timeout")

    def get_lost(self) -> None:
        """The world was told, and its answer did not come."""
        with pytest.raises(Again):
            self.fast.drive(self.errand(self.lose, lambda: None))


def _unheard(_work: Work, _refusal: object) -> None:
    raise AssertionError("nobody refuses")


@pytest.fixture
def race(world: World, ids: CountedIds) -> Race:
    return Race(world, ids)


def test_what_ended_between_intent_and_call_is_not_called_again(race: Race) -> None:
    race.slow_store.meanwhile = lambda: race.fast.drive(race.errand())
    race.slow.drive(race.errand())
    race.slow.drive(race.errand())
    assert (race.calls, race.ends) == (["act"], ["made"])


def test_what_somebody_else_has_just_sent_is_waited_for(race: Race) -> None:
    race.slow_store.meanwhile = race.get_lost
    with pytest.raises(Again):
        race.slow.drive(race.errand())
    assert race.calls == ["act"]


@pytest.mark.parametrize("sees", [None, OutcomeUnknown("timeout")], ids=["nothing", "no answer"])
def test_what_ended_while_we_looked_is_left_as_it_is(race: Race, sees: OutcomeUnknown | None) -> None:
    def look() -> None:
        race.fast.drive(race.errand(look=lambda: "seen"))
        if sees is not None:
            raise sees

    race.get_lost()
    race.slow.drive(race.errand(look=look))
    assert (race.calls, race.ends) == (["act"], ["seen"])


def test_what_ended_before_a_person_was_asked_needs_none(race: Race, world: World) -> None:
    race.get_lost()
    race.slow_store.meanwhile = lambda: race.fast.drive(race.errand(look=lambda: "seen"))
    race.slow.drive(race.errand())
    assert [(effect.state, effect.needs_person) for effect in world.effects()] == [(EffectState.CONFIRMED, False)]


def once(act: Callable[[], None]) -> Callable[[], None]:
    left = [act]

    def first() -> None:
        if left:
            left.pop()()

    return first


def test_08_a_notice_that_comes_while_the_order_is_being_opened_settles_once(world: World) -> None:
    payment_id = world.open()

    def pay() -> None:
        order_no = world.payment(payment_id).merchant_order_no
        if order_no in world.wallet.orders:
            world.wallet.line.tap = lambda: None
            world.wallet.pay(order_no)
            assert world.notify(world.payment(payment_id)) == b"success"

    world.wallet.line.tap = pay
    world.drain()
    assert world.situation(world.payment(payment_id)) is Situation.DONE
    assert world.postings() == ["collect", "fulfil"]
    world.assert_at_rest()


def test_an_order_is_never_asked_for_on_the_word_of_a_question_that_somebody_else_has_overtaken(world: World) -> None:
    """Seed 3022 of the simulation: a worker that was held up after its question asked for an order that had ended."""
    payment_id = world.open()
    world.wallet.line.will("create", Fault.LOST_REPLY)
    with pytest.raises(Again):
        create_order(world.context, payment_id)

    def overtake() -> None:
        if world.wallet.line.calls[-1] == "query":
            world.wallet.line.tap = lambda: None
            create_order(world.context, payment_id)

    world.wallet.line.tap = overtake
    create_order(world.context, payment_id)
    assert world.wallet.line.calls.count("create") == 2
    assert world.situation(world.payment(payment_id)) is Situation.AWAITING


def test_an_order_that_is_refused_while_it_is_given_up_is_closed_with_the_wish_of_the_patient(world: World) -> None:
    payment_id = world.open()
    world.wallet.line.will("create", Reason.NOT_ALLOWED)
    world.wallet.line.tap = once(lambda: world.abandon(world.payment(payment_id), "changed my mind"))
    world.drain()
    payment = world.payment(payment_id)
    assert (payment.collection, payment.reason) == (Collection.CLOSED, "changed my mind")
    world.assert_at_rest()


def test_a_closing_that_news_of_the_end_overtook_ends_once(world: World) -> None:
    payment = world.opened()
    world.wallet.line.will("close", Fault.LOST_REPLY)
    world.drain(HALF_AN_HOUR)
    world.run()
    world.notify(payment)
    world.drain()
    assert {effect.state for effect in world.effects()} == {EffectState.CONFIRMED}
    assert len(world.desk.told) == 1


def test_an_order_that_was_given_up_is_not_asked_about_beside_its_closing(world: World) -> None:
    payment = world.opened()
    world.wallet.line.will("close", *[Fault.NOT_SENT] * 3)
    world.abandon(payment)
    world.drain()
    assert world.wallet.line.calls.count("query") == 0
    assert world.situation(payment) is Situation.CLOSED
    world.abandon(payment, "and again")
    assert world.payment(payment.payment_id).reason == "cancelled by the patient"


def test_money_given_back_by_hand_before_anybody_was_told_is_never_booked(world: World) -> None:
    payment = world.paid()
    world.wallet.refund_in_console(payment.merchant_order_no, FEE)
    world.notify(payment)
    world.drain()
    assert (world.situation(payment), world.desk.line.calls) == (Situation.REFUNDED, [])
    world.assert_at_rest()


def test_a_wallet_that_claims_to_have_given_back_more_than_was_paid_is_not_believed(world: World) -> None:
    payment = world.fulfilled()
    world.refund_all(payment)
    world.drain()
    before = world.payment(payment.payment_id)
    assert world.notify(payment, refunded_fen=FEE + 1) == b"success"
    assert world.payment(payment.payment_id) == before


@pytest.mark.parametrize(("part", "is_given"), [(1, True), (FEE, True), (FEE + 1, False), (0, False), (-1, False)])
def test_a_vertical_gives_back_no_more_than_is_left(world: World, part: int, *, is_given: bool) -> None:
    early = world.paid("early")
    with world.store.begin(OPERATOR) as work:
        assert not world.payments(work).refund_part(early.payment_id, Fen(1), "too early")
    world.run()
    with world.store.begin(OPERATOR) as work:
        assert world.payments(work).refund_part(early.payment_id, Fen(part), "a part") is is_given
    world.drain()
    assert world.payment(early.payment_id).refunded_fen == (part if is_given else 0)
    world.assert_at_rest()


def wish(payment: Payment) -> staff_refund.Wish:
    return staff_refund.Wish(payment.payment_id, Fen(5), RefundReason.NOT_DONE, by="li", command_key="k1")


def test_one_command_for_two_payments_at_one_moment_is_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = world.fulfilled("A1"), world.fulfilled("A2")
    needs_second = staff_refund.needs_second
    asked: list[str] = []

    with world.store.begin(OPERATOR) as work:

        def meanwhile(*about: object) -> bool:
            if not asked:
                asked.append(first.payment_id)
                staff_refund.ask(world.context, work, wish(first))
            return needs_second(*about)  # type: ignore[arg-type]  # as given

        monkeypatch.setattr(staff_refund, "needs_second", meanwhile)
        with pytest.raises(staff_refund.CannotRefund):
            staff_refund.ask(world.context, work, wish(second))
    assert world.payment(second.payment_id).refund_reserved_fen == 0


def test_staff_give_nothing_back_while_a_person_has_to_look_at_the_booking(world: World) -> None:
    payment = world.paid()
    with world.store.begin(OPERATOR) as work:
        work.payments.save(work.payments.get(payment.payment_id, lock=True).undecided("cannot be asked"))
    with world.store.begin(OPERATOR) as work, pytest.raises(staff_refund.CannotRefund) as refusal:
        staff_refund.ask(world.context, work, wish(payment))
    assert refusal.value.obstacle is staff_refund.Obstacle.UNDECIDED
