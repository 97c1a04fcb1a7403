"""Asynchronous notices: what is written, when it is sent, and until when (wallet reference 1.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from urllib.parse import urlencode

from adapters.errors import OutsideError
from adapters.http import Request, Transport
from hospital_bridge.clock import Clock, Ids
from hospital_bridge.sandbox.alipay.accounts import App
from hospital_bridge.sandbox.alipay.certificates import new_key
from hospital_bridge.sandbox.alipay.faults import NOTICE, Effect, FaultPlan
from hospital_bridge.sandbox.alipay.local_time import written
from hospital_bridge.sandbox.alipay.rsa2 import joined, signature_of

RESENDS = tuple(timedelta(minutes=minutes) for minutes in (4, 10, 10, 60, 120, 360, 900))
_ACCEPTED = b"success"
_CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8"
_CHANGED_FIELD = {
    Effect.WRONG_AMOUNT: {"total_amount": "0.01"},
    Effect.WRONG_APP: {"app_id": "2021000000000000"},
    Effect.WRONG_SELLER: {"seller_id": "2088000000000000"},
}


@dataclass(slots=True)
class Notice:
    """One piece of news for one address; its id stays the same over every resend."""

    notify_id: str
    app: App
    url: str
    fields: dict[str, str] = field(repr=False)
    due_at: datetime
    attempts: int = 0
    accepted: bool = False
    bodies: list[bytes] = field(default_factory=list, repr=False)

    @property
    def waits(self) -> bool:
        """Whether it will be sent again."""
        return not self.accepted and self.attempts <= len(RESENDS)


class Outbox:
    """Notices to send; whoever drives it decides when, by `deliver_due`."""

    def __init__(self, clock: Clock, ids: Ids, transport: Transport, faults: FaultPlan) -> None:
        self._clock = clock
        self._ids = ids
        self._transport = transport
        self._faults = faults
        self._notices: list[Notice] = []
        self._one_round = Lock()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Every notice ever written, oldest first."""
        return tuple(self._notices)

    def add(self, app: App, url: str, fields: dict[str, str]) -> None:
        """Write a notice, due at once."""
        if url:
            self._notices.append(Notice(self._ids.new(), app, url, fields, self._clock.now()))

    def due(self) -> list[Notice]:
        """What should be sent by now."""
        now = self._clock.now()
        return [notice for notice in self._notices if notice.waits and notice.due_at <= now]

    def deliver_due(self) -> int:
        """Send what is due, one round at a time; how many notices were sent."""
        with self._one_round:
            round_ = self.due()
            reorder = len(round_) > 1 and any(
                fault.target == NOTICE and fault.effect is Effect.REORDER for fault in self._faults.planned()
            )
            for notice in reversed(round_) if reorder else round_:
                self._attempt(notice)
            return len(round_)

    def _attempt(self, notice: Notice) -> None:
        fault = self._faults.take(NOTICE)
        effect = fault.effect if fault else None
        body = self.body(notice, effect)
        for _ in range(2 if effect is Effect.DUPLICATE else 1):
            if effect is not Effect.LOSE_NOTICE:
                notice.accepted = self._post(notice, body) or notice.accepted
        notice.attempts += 1
        if notice.waits:
            notice.due_at = self._clock.now() + RESENDS[notice.attempts - 1]

    def _post(self, notice: Notice, body: bytes) -> bool:
        notice.bodies.append(body)
        try:
            answer = self._transport.send(Request("POST", notice.url, {"Content-Type": _CONTENT_TYPE}, body))
        except OutsideError:
            return False
        return answer.body == _ACCEPTED

    def body(self, notice: Notice, effect: Effect | None = None) -> bytes:
        """The signed form of a notice, with the fault that `effect` names."""
        fields = {
            **notice.fields,
            "notify_id": notice.notify_id,
            "notify_time": written(self._clock.now()),
            **(_CHANGED_FIELD.get(effect, {}) if effect else {}),
        }
        key = new_key() if effect is Effect.FORGE else notice.app.alipay_key
        signature = signature_of(key, joined(fields, "sign", "sign_type").encode())
        if effect is Effect.FLIP_CONTENT:
            fields["total_amount"] = "9" + fields["total_amount"]
        return urlencode({**fields, "sign": _flipped(signature) if effect is Effect.FLIP_SIGN else signature}).encode()


def _flipped(signature: str) -> str:
    return ("B" if signature[0] != "B" else "C") + signature[1:]
