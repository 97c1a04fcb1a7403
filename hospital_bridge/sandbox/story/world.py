"""The world of a story: a stage, phones for its people, and the books outside that its steps are checked against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from adapters.values import EntryKind
from hospital_bridge.sandbox.browser import Browser, PageShown
from hospital_bridge.sandbox.hospital import calendar
from hospital_bridge.sandbox.phone import PATIENCE, PAUSE_SECONDS, Phone

if TYPE_CHECKING:
    from adapters.hl7.sender import Hl7Link
    from hospital_bridge.clock import Clock
    from hospital_bridge.sandbox.api_client import ApiClient
    from hospital_bridge.sandbox.calling_system import CallingSystem
    from hospital_bridge.sandbox.hospital.model import BookEntry
    from hospital_bridge.sandbox.hospital.staff import Notice
    from hospital_bridge.sandbox.people import Person
    from hospital_bridge.sandbox.town import Town
    from hospital_bridge.sandbox.worker import Worker

CARDIOLOGY, OPHTHALMOLOGY, FREE_CLINIC, ALL_HOURS = "0101", "0501", "0901", "0902"

ADMIN_NAME, NURSE_NAME, DOCTOR_NAME, RECORDS_NAME = "admin", "nurse", "doctor", "records"
AUDITOR_NAME, DISPATCHER_NAME = "auditor", "dispatcher"
"""Login names of the demo's staff."""

Facts = Mapping[str, Any]
Answer = TypeVar("Answer")


class StoryBroken(Exception):
    """The outside books do not say what the pages said."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a short name for the JSON, a sentence for the reader, and how it is played."""

    name: str
    sentence: str
    play: Callable[[], Facts]


class Installed(Protocol):
    """A town and a bridge in it, as a chapter uses them; `window` is the patients' address."""

    @property
    def town(self) -> Town:
        """The wallet and the hospital."""

    @property
    def window(self) -> str:
        """The patients' service window."""

    def worker(self, name: str) -> Worker:
        """Somebody of the staff, signed in."""

    def issue_key(self, name: str, scope: str) -> str:
        """A key of the API for the system of that name."""

    def system(self, name: str, scope: str) -> CallingSystem:
        """A doctor's own system, with a key of that scope."""

    def api(self, name: str, scope: str) -> ApiClient:
        """Any other system of the operator, with a key of that scope."""

    def run(self, *words: str) -> str:
        """What a command of the bridge prints at its engineer's terminal."""


@dataclass(frozen=True, slots=True)
class World:
    """One stage with its town and bridge; `listener` is a line of the operator's HIS to the bridge."""

    stage: Installed
    clock: Clock
    listener: Hl7Link
    vertical: str = "hospital"
    """Whose pages the phones open."""

    @property
    def town(self) -> Town:
        """The wallet and the hospital."""
        return self.stage.town

    def phone(self, person: Person) -> Phone:
        """The person's phone, not signed in."""
        return Phone(Browser(), self.clock, self.stage.window, person, self.vertical)

    def tell(self, notice: Notice) -> Facts:
        """The hospital tells the bridge something in its own way; under which number, as far as is known then."""
        return self.town.door.tell(notice, self.listener)

    def wait(self, look: Callable[[], Answer | None]) -> Answer:
        """What a look gives, once it gives something; StoryBroken after as long as a phone would wait."""
        for _ in range(PATIENCE):
            found = look()
            if found is not None:
                return found
            self.clock.sleep(PAUSE_SECONDS)
        raise StoryBroken("what was waited for never came")

    def keep_clear_of(self, hour: time, needs: timedelta) -> None:
        """What is begun now ends before that hour of the operator's clock, or begins once it has struck."""
        left = self._until(hour)
        while left <= needs and self._until(hour) <= left:
            self.clock.sleep(1)

    def _until(self, hour: time) -> timedelta:
        now = self.clock.now().astimezone(calendar.ZONE)
        strikes = datetime.combine(now.date(), hour, calendar.ZONE)
        return strikes - now if strikes > now else strikes + timedelta(days=1) - now

    def facts(self, page: PageShown, *expected: EntryKind) -> dict[str, Any]:
        """The registration in the books of hospital and wallet; exactly the expected postings stand there."""
        registration_id = last_part(page)
        appointment = self.town.hospital.diary.by_placer(registration_id)
        if appointment is None:
            raise StoryBroken(f"the hospital has no appointment for {registration_id}")
        entries = self._posted(appointment.filler_id, expected)
        told: dict[str, Any] = {"registration_id": registration_id, "filler_id": appointment.filler_id}
        for entry in entries:
            told[entry.kind.value] = {
                "amount_fen": entry.amount_fen,
                "receipt_no": entry.receipt_no,
                "control_id": entry.control_id,
                "merchant_order_no": entry.order_no,
                "provider_trade_no": entry.trade_no,
            }
        return told

    def _posted(self, filler_id: str, expected: Sequence[EntryKind]) -> Sequence[BookEntry]:
        """What the hospital posted; a refund is posted there after the patient already reads of it."""
        for _ in range(PATIENCE):
            entries = self.town.hospital.cashier.of_appointment(filler_id)
            if [entry.kind for entry in entries] == list(expected):
                return entries
            self.clock.sleep(PAUSE_SECONDS)
        raise StoryBroken(f"the hospital has other postings for {filler_id} than a patient would expect")

    def refund(self, phone: Phone) -> dict[str, Any]:
        """The one refund of the order that this patient paid last."""
        mine = [
            trade for trade in self.town.wallet.trades if trade.buyer and trade.buyer.user_id == phone.person.user_id
        ]
        refunds = list(mine[-1].refunds.values()) if mine else []
        expect(len(refunds) == 1, f"the wallet refunded the patient's last order {len(refunds)} times")
        return {"refund_no": refunds[0].request_no, "refunded_fen": refunds[0].amount_fen}

    def heard(self, trigger: str) -> str:
        """The control id of the last message of that type which reached the hospital."""
        for heard, control_id in reversed(self.town.hospital.heard):
            if heard == trigger:
                return control_id
        raise StoryBroken(f"the hospital heard no {trigger}")


def last_part(page: PageShown) -> str:
    """What the page is about, by the end of its address."""
    return page.address.rsplit("/", 1)[1]


def expect(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - what must hold is the whole point of it
    """StoryBroken with the words of `otherwise` where it does not hold."""
    if not holds:
        raise StoryBroken(otherwise)
