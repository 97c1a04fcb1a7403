"""The driver of one change at an outside system, as a vertical uses it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.errors import NotDone, Reason
from hospital_bridge.payment.model import Effect, EffectState
from hospital_bridge.slot import OutsideCall, VerticalWork
from hospital_bridge.store.jobs import Again
from tests.payment.faults import Fault, Line
from tests.payment.world import OPERATOR, World

MINUTE = timedelta(minutes=1)


class Booking:
    """A slot to take at a hospital; `taken` is the hospital's own list."""

    def __init__(self, world: World) -> None:
        self.world, self.line = world, Line()
        self.taken: list[str] = []
        self.ends: list[str] = []
        self.busy_for: list[timedelta] = []
        self.open_transactions: list[int] = []

    def drive(self, *, can_look: bool = True) -> None:
        self.world.context.counters["registration"].scope.effects.drive(
            OutsideCall(
                kind="hospital.book",
                key="book:1",
                act=lambda: self.line.call("book", self._take),
                look=self._look if can_look else None,
                confirmed=self._confirmed,
                refused=self._refused,
            )
        )

    def effect(self) -> Effect:
        [effect] = self.world.effects()
        return effect

    def _take(self) -> str:
        if self.busy_for:
            raise NotDone("busy", retry_after=self.busy_for.pop())
        self.open_transactions.append(self.world.store.engine.pool.checkedout())  # type: ignore[attr-defined]
        self.taken.append("slot 1")
        return "filler 1"

    def _look(self) -> str | None:
        return self.line.call("look", lambda: "filler 1" if self.taken else None)

    def _confirmed(self, work: VerticalWork, filler: str) -> None:
        self.ends.append(f"confirmed {filler} at {work.operator_id}")

    def _refused(self, work: VerticalWork, reason: str) -> None:
        self.ends.append(f"refused {reason}")


@pytest.fixture
def booking(world: World) -> Booking:
    return Booking(world)


def test_a_change_is_made_once_with_no_transaction_open(booking: Booking) -> None:
    booking.drive()
    booking.drive()
    assert booking.taken == ["slot 1"]
    assert booking.ends == ["confirmed filler 1 at h1"]
    assert booking.open_transactions == [0]
    assert booking.effect().state is EffectState.CONFIRMED


def test_a_refusal_is_firm_and_keeps_the_native_code(booking: Booking) -> None:
    booking.line.will("book", Reason.SLOT_TAKEN)
    booking.drive()
    booking.drive()
    assert booking.ends == ["refused slot_taken"]
    assert (booking.effect().state, booking.effect().native_code) == (EffectState.REFUSED, "N1")
    assert booking.line.calls == ["book"]


def test_a_credential_that_has_run_out_ends_nothing(booking: Booking) -> None:
    booking.line.will("book", Reason.CREDENTIALS)
    with pytest.raises(Again):
        booking.drive()
    assert (booking.ends, booking.effect().state) == ([], EffectState.INTENDED)
    booking.drive()
    assert booking.ends == ["confirmed filler 1 at h1"]


def test_what_was_not_done_is_tried_again_when_the_other_side_says(booking: Booking) -> None:
    booking.busy_for.append(timedelta(seconds=17))
    with pytest.raises(Again) as again:
        booking.drive()
    assert again.value.after == timedelta(seconds=17)
    assert booking.effect().state is EffectState.INTENDED
    booking.drive()
    assert booking.ends == ["confirmed filler 1 at h1"]


@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.LOST_REQUEST, Fault.FORGED_REPLY, Fault.GARBLED_REPLY])
def test_an_unknown_outcome_is_looked_up_before_anything_is_repeated(booking: Booking, fault: Fault) -> None:
    booking.line.will("book", fault)
    with pytest.raises(Again):
        booking.drive()
    unknown = booking.effect()
    assert unknown.state is EffectState.UNKNOWN
    assert unknown.next_check is not None
    booking.world.clock.advance(booking.world.context.settling)
    booking.drive()
    assert booking.taken == ["slot 1"]
    assert booking.line.calls[:2] == ["book", "look"]
    assert booking.ends == ["confirmed filler 1 at h1"]


def test_a_request_may_still_travel_for_a_while_after_we_lost_sight_of_it(booking: Booking) -> None:
    clock, settling = booking.world.clock, booking.world.context.settling
    booking.line.will("book", Fault.LOST_REQUEST)
    clock.advance(settling)  # However long the call itself took counts for nothing.
    for pause in (timedelta(0), settling - timedelta(seconds=1)):
        clock.advance(pause)
        with pytest.raises(Again):
            booking.drive()
        assert booking.taken == []
    clock.advance(timedelta(seconds=1))
    booking.drive()
    assert booking.taken == ["slot 1"]


def test_a_call_that_died_with_its_process_is_lost_sight_of_when_it_is_found(booking: Booking) -> None:
    ends, booking.ends = booking.ends, Broken()
    with pytest.raises(RuntimeError):
        booking.drive()
    booking.ends, booking.taken = ends, []
    booking.world.clock.advance(timedelta(minutes=1))
    with pytest.raises(Again) as again:
        booking.drive()
    assert again.value.after == booking.world.context.settling
    assert booking.effect().state is EffectState.UNKNOWN


def test_a_look_that_fails_leaves_the_outcome_unknown(booking: Booking) -> None:
    booking.line.will("book", Fault.LOST_REPLY)
    booking.line.will("look", Fault.NOT_SENT, Fault.LOST_REPLY, Reason.OTHER)
    for _ in range(4):
        with pytest.raises(Again):
            booking.drive()
    assert booking.effect().state is EffectState.UNKNOWN
    booking.drive()
    assert booking.taken == ["slot 1"]


def test_a_silent_other_side_is_asked_ever_more_patiently(booking: Booking) -> None:
    booking.line.will("book", Fault.LOST_REPLY)
    booking.line.will("look", *[Fault.NOT_SENT] * 4)
    pauses = []
    for _ in range(5):
        with pytest.raises(Again) as again:
            booking.drive()
        pauses.append(again.value.after.total_seconds())
    assert pauses == [2, 5, 10, 30, 60]


def test_what_cannot_be_looked_up_waits_for_a_person(booking: Booking) -> None:
    booking.line.will("book", Fault.LOST_REPLY)
    for _ in range(3):
        with pytest.raises(Again):
            booking.drive(can_look=False)
    assert booking.effect().needs_person
    assert booking.line.calls == ["book"]


def test_a_follow_up_that_fails_undoes_the_end_and_the_outcome_is_looked_up(booking: Booking) -> None:
    ends, booking.ends = booking.ends, Broken()
    with pytest.raises(RuntimeError):
        booking.drive()
    assert booking.effect().state is EffectState.SENT
    booking.ends = ends
    booking.drive()
    assert booking.taken == ["slot 1"]
    assert booking.ends == ["confirmed filler 1 at h1"]


def test_the_digest_of_the_configuration_is_kept(world: World) -> None:
    world.opened()
    assert {effect.config_digest for effect in world.effects()} == {"digest-1"}


class Broken(list[str]):
    """A follow-up with a fault of its own."""

    def append(self, end: str, /) -> None:
        raise RuntimeError(end)


def test_a_no_is_as_old_as_its_question_however_late_it_is_heard(booking: Booking) -> None:
    booking.line.will("book", Fault.LOST_REPLY)
    with pytest.raises(Again):
        booking.drive()
    booking.taken.clear()  # The request was still on its way when the hospital looked, and then arrives.
    booking.line.tap = lambda: booking.world.clock.advance(booking.world.context.settling)
    with pytest.raises(Again):
        booking.drive()
    booking.taken.append("slot 1")
    booking.drive()
    assert booking.taken == ["slot 1"]
    assert booking.line.calls == ["book", "look", "look"]
    assert booking.effect().state is EffectState.CONFIRMED


def test_since_when_nobody_knows_is_told_of_the_first_sending(world: World) -> None:
    """Unknown for the first time, since then; sent anew because it was not found, since it was first intended."""
    with world.store.begin(OPERATOR) as work:
        intended = work.effects.intend("post", "key-1")
    begun = intended.intended_at
    sent = intended.send(begun + MINUTE)
    lost = sent.lose_sight(begun + 2 * MINUTE, "timeout")
    again = lost.never_happened(begun + 3 * MINUTE).send(begun + 4 * MINUTE)
    lost_again = again.lose_sight(begun + 5 * MINUTE, "timeout")
    since = [one.in_doubt_since - begun for one in (intended, sent, lost, again, lost_again)]
    assert since == [timedelta(), MINUTE, 2 * MINUTE, 4 * MINUTE, timedelta()]
