"""Drives one change at an outside system to a firm end, whatever is lost on the way.

Intent committed, SENT committed, the call with no transaction open, the outcome committed together
with what follows from it. An effect found in SENT or UNKNOWN is asked for before it is sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from adapters.errors import Malformed, NotDone, OutcomeUnknown, OutsideError, Reason, Refused, Untrusted
from hospital_bridge.payment.model.effect import BACKOFF, Effect, EffectEvent, EffectState
from hospital_bridge.slot import OutsideCall, VerticalWork
from hospital_bridge.store.jobs import Again
from hospital_bridge.store.unit_of_work import Store, Work

PATIENCE = timedelta(minutes=10)
"""An outcome that stays unknown for longer is a headline figure of the work list."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One change at an outside system under `key`, which is made once and is its idempotency key.

    `act` changes the world. `look` changes nothing: it gives the result, or a firm None ("act again, under the same
    key"); without it a person decides, and `undecided` says so. `sending` runs in the commit that precedes each call
    and answers whether the change is still wanted. `confirmed`, `refused` and `undecided` run in the commit that
    records the end. A None becomes firm only `settling` after we lost sight of the call, for its request may
    still travel. `doubts_a_no` looks before it believes a no to a repeated request, and after one that was not taken
    where sight of an earlier one was lost: that one may have arrived since.
    """

    kind: str
    key: str
    act: Callable[[], Any]
    look: Callable[[], Any] | None
    confirmed: Callable[[Work, Any], None]
    refused: Callable[[Work, Refused], None]
    sending: Callable[[Work], bool] = lambda _: True
    undecided: Callable[[Work], None] = lambda _: None
    settling: timedelta = timedelta(0)
    doubts_a_no: bool = False


@dataclass(frozen=True, slots=True)
class Driver:
    """Drives the errands of one operator; `config_digest` names the settings that they are made under."""

    store: Store
    operator_id: str
    config_digest: str = ""

    def drive(self, errand: Errand) -> None:
        """Return at a firm end; raise Again when the world must be asked or told once more later."""
        with self.store.begin(self.operator_id) as work:
            effect = work.effects.intend(errand.kind, errand.key, self.config_digest)
            asked_at = work.now
        if effect.is_over:
            return
        if effect.state is EffectState.INTENDED or self._never_happened(errand, asked_at):
            self._tell(errand)

    def _tell(self, errand: Errand) -> None:
        if not self._mark_sent(errand):
            return
        try:
            result = errand.act()
        except Refused as refusal:
            self._hear_no(errand, refusal)
        except NotDone as busy:
            self._take_back(errand, busy)
        except (OutcomeUnknown, Untrusted, Malformed) as lost:
            self._lose_sight(errand, lost)
        else:
            self._confirm(errand, result)

    def _never_happened(self, errand: Errand, asked_at: datetime) -> bool:
        if errand.look is None:
            self._await_person(errand)
            return False
        try:
            result = errand.look()
        except OutsideError as lost:
            self._lose_sight(errand, lost)
            return False
        if result is None:
            self._believe_the_no(errand, asked_at)
            return True
        self._confirm(errand, result)
        return False

    def _mark_sent(self, errand: Errand) -> bool:
        with self.store.begin(self.operator_id) as work:
            effect = self._open(work, errand)
            if effect is None:
                return False
            if effect.state is not EffectState.INTENDED:
                raise Again(effect.pause)
            wanted = errand.sending(work)
            work.effects.save(effect.send(work.now) if wanted else _withdrawn(effect, work))
        return wanted

    def _confirm(self, errand: Errand, result: Any) -> None:
        with self.store.begin(self.operator_id) as work:
            effect = self._open(work, errand)
            if effect is not None:
                work.effects.save(effect.end(EffectEvent.CONFIRMED, work.now))
                errand.confirmed(work, result)

    def _hear_no(self, errand: Errand, refusal: Refused) -> None:
        """A no for want of a valid credential is about us and not about the sale: renewed, it goes on."""
        if refusal.reason is Reason.CREDENTIALS:
            self._take_back(errand, NotDone(refusal.text, native_code=refusal.native_code))
        elif errand.doubts_a_no and errand.look is not None and self._was_told_before(errand):
            self._look_before_believing(errand, errand.look, refusal)
        else:
            self._refuse(errand, refusal)

    def _was_told_before(self, errand: Errand) -> bool:
        with self.store.read(self.operator_id) as work:
            effect = work.effects.find(errand.key)
        return effect is not None and effect.attempts > 1

    def _look_before_believing(self, errand: Errand, look: Callable[[], Any], refusal: Refused) -> None:
        """A no to a repeated request may well say that an earlier one has arrived after all."""
        try:
            result = look()
        except OutsideError as lost:
            self._lose_sight(errand, lost)
        else:
            if result is None:
                self._refuse(errand, refusal)
            else:
                self._confirm(errand, result)

    def _refuse(self, errand: Errand, refusal: Refused) -> None:
        with self.store.begin(self.operator_id) as work:
            effect = self._open(work, errand)
            if effect is not None:
                reason, code = refusal.reason.value, refusal.native_code
                work.effects.save(effect.end(EffectEvent.REFUSED, work.now, reason=reason, native_code=code))
                errand.refused(work, refusal)

    def _take_back(self, errand: Errand, busy: NotDone) -> None:
        with self.store.begin(self.operator_id) as work:
            effect = self._open(work, errand)
            if effect is None:
                return
            pause = busy.retry_after or effect.pause
            if errand.doubts_a_no and errand.look is not None and effect.looks:
                stands = replace(effect.lose_sight(work.now, _why(busy)), next_check=work.now + pause)
            else:
                stands = effect.never_happened(work.now, pause=pause)
            work.effects.save(replace(stands, reason=_why(busy), native_code=busy.native_code))
        raise Again(pause) from busy

    def _lose_sight(self, errand: Errand, lost: OutsideError) -> None:
        with self.store.begin(self.operator_id) as work:
            effect = self._open(work, errand)
            if effect is None:
                return
            work.effects.save(effect.lose_sight(work.now, type(lost).__name__, lost.native_code))
            if isinstance(lost, Untrusted):
                work.security_events.record("answer.untrusted", errand.kind, errand.key)
        asked = lost.retry_after if isinstance(lost, NotDone) else None
        raise Again(asked or effect.pause) from lost

    def _believe_the_no(self, errand: Errand, asked_at: datetime) -> None:
        with self.store.begin(self.operator_id) as work:
            effect = self._open(work, errand)
            if effect is None or effect.state is EffectState.INTENDED:
                return
            if effect.unknown_since is None:
                # The process died during the call: nobody knew that sight was lost before the question.
                effect = effect.lose_sight(asked_at, "found without an answer")
            travelling = _still_travelling(errand, effect, asked_at)
            work.effects.save(effect if travelling else effect.never_happened(work.now))
            waited = work.now - asked_at
        if travelling:
            raise Again(max(travelling - waited, timedelta(0)))

    def _await_person(self, errand: Errand) -> None:
        with self.store.begin(self.operator_id) as work:
            effect = self._open(work, errand)
            if effect is None:
                return
            if not effect.needs_person:
                work.effects.save(effect.await_person(work.now))
                errand.undecided(work)
        raise Again(BACKOFF[-1])

    def _open(self, work: Work, errand: Errand) -> Effect | None:
        """The effect, locked; None when somebody else has brought it to its end meanwhile."""
        effect = work.effects.find(errand.key, lock=True)
        return None if effect is None or effect.is_over else effect


def _withdrawn(effect: Effect, work: Work) -> Effect:
    return effect.end(EffectEvent.WITHDRAWN, work.now, reason="no longer wanted")


def _why(busy: NotDone) -> str:
    """In a word what keeps the change from being made: a refusal that can be put right tells its reason."""
    refusal = busy.__cause__
    return refusal.reason.value if isinstance(refusal, Refused) else type(busy).__name__


def _still_travelling(errand: Errand, effect: Effect, asked_at: datetime) -> timedelta | None:
    """For how long after that question the request may be under way; None when it no longer could be."""
    if effect.unknown_since is None or asked_at >= effect.unknown_since + errand.settling:
        return None
    return effect.unknown_since + errand.settling - asked_at


@dataclass(frozen=True, slots=True)
class EffectsFacade:
    """`slot.Effects` for one operator and vertical; `as_vertical` gives a unit of work its vertical's face."""

    driver: Driver
    as_vertical: Callable[[Work], VerticalWork]
    settling: timedelta

    def drive(self, call: OutsideCall) -> None:
        """As `Driver.drive`, with the vertical's own callbacks."""
        self.driver.drive(
            Errand(
                kind=call.kind,
                key=call.key,
                act=call.act,
                look=call.look,
                confirmed=lambda work, result: call.confirmed(self.as_vertical(work), result),
                refused=lambda work, refusal: call.refused(self.as_vertical(work), refusal.reason.value),
                settling=self.settling,
            )
        )
