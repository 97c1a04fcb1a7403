"""The story of the demo: patients register at the hospital and pay in the wallet, and things go wrong on the way.

Each step plays over real wires, checks what it sees in the books of the hospital and the wallet,
and tells facts: ids, amounts in fen, message control ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from adapters.hl7.message import Message
from adapters.values import EntryKind
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.alipay.faults import Effect
from hospital_bridge.sandbox.alipay.faults import Fault as WalletFault
from hospital_bridge.sandbox.browser import Browser, PageShown
from hospital_bridge.sandbox.hospital.faults import Fault as HospitalFault
from hospital_bridge.sandbox.hospital.faults import FaultKind
from hospital_bridge.sandbox.phone import PATIENCE, PAUSE_SECONDS, Phone

if TYPE_CHECKING:
    from adapters.hl7.sender import Hl7Link
    from hospital_bridge.clock import Clock
    from hospital_bridge.sandbox.hospital.model import BookEntry
    from hospital_bridge.sandbox.people import Person
    from hospital_bridge.sandbox.town import Town

CARDIOLOGY, OPHTHALMOLOGY, FREE_CLINIC = "0101", "0501", "0901"

Facts = Mapping[str, Any]


class StoryBroken(Exception):
    """The outside books do not say what the pages said."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a short name for the JSON, a sentence for the reader, and how it is played."""

    name: str
    sentence: str
    play: Callable[[], Facts]


class Story:
    """Plays in one town, at one operator's service window; `listener` is the bridge's own for HL7."""

    def __init__(self, town: Town, clock: Clock, window: str, listener: Hl7Link) -> None:
        self._town = town
        self._clock = clock
        self._window = window
        self._listener = listener
        self._newcomer = self._phone(people.CHEN_XIAOMING)
        self._regular = self._phone(people.LI_QI)

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""
        yield Step("sign_in", "A patient consents and is verified by real name", self._sign_in)
        yield Step("departments", "The hospital tells its departments over HL7 v2", self._departments)
        yield Step("new_record", "New to the hospital: a record is made (ADT^A28) and bound", self._new_record)
        yield Step("two_records", "A patient with two record numbers binds both and unbinds one", self._two_records)
        yield Step("register", "Department, practitioner, slot; paid; confirmed by the hospital", self._register)
        yield Step("free", "A free clinic: nothing to pay, the wallet is not asked", self._free)
        yield Step("cancel", "Cancelled: first the hospital lets go, then the money goes back", self._cancel)
        yield Step("hospital_refuses", "The hospital refuses the payment: refunded", self._hospital_refuses)
        yield Step("called_off", "The hospital calls an appointment off (SIU^S15): refunded", self._called_off)
        yield Step("unknown", "Answers of wallet and hospital are lost: asked for, not repeated", self._unknown)

    # --- the steps ---

    def _sign_in(self) -> Facts:
        page = self._newcomer.sign_in()
        _expect(page.status == HTTPStatus.OK, f"signing in ended with {page.status}")
        return {"gateway": self._town.gateway, "app_id": self._town.credentials.app_id}

    def _departments(self) -> Facts:
        shown = [link for link in self._newcomer.page("departments").links if "/departments/" in link.address]
        known = len(self._town.hospital.data.departments)
        _expect(len(shown) == known, f"{len(shown)} of {known} departments are shown")
        where = self._town.addresses(0, 0)
        return {"departments": known, "mllp_port": where.his_port, "charset": where.charset}

    def _new_record(self) -> Facts:
        self._newcomer.bind_card()
        return {"control_id": self._heard("ADT^A28")}

    def _two_records(self) -> Facts:
        self._regular.sign_in()
        bound = _count(self._regular.bind_every_card(), "cards/unbind")
        left = _count(self._regular.unbind_card(), "cards/unbind")
        _expect((bound, left) == (2, 1), f"{bound} record numbers were bound and {left} left")
        return {"bound": bound, "after_unbinding": left}

    def _register(self) -> Facts:
        self._town.hospital.faults.add(HospitalFault(trigger="DFT^P03", kind=FaultKind.LATE, seconds=1.5))
        page = self._newcomer.pay(self._newcomer.book(CARDIOLOGY))
        confirming = self._newcomer.wait_for(page, "confirming")
        done = self._newcomer.wait_for(page, "done")
        return self._facts(done, EntryKind.PAYMENT) | {"seen": [confirming.marks["situation"], "done"]}

    def _free(self) -> Facts:
        before = len(list(self._town.wallet.trades))
        page = self._newcomer.wait_for(self._newcomer.book(FREE_CLINIC), "free")
        _expect(len(list(self._town.wallet.trades)) == before, "the wallet was asked for nothing")
        appointment = self._town.hospital.diary.by_placer(_registration_id(page))
        _expect(appointment is not None, "the hospital has no appointment")
        return {"registration_id": _registration_id(page), "amount_fen": 0}

    def _cancel(self) -> Facts:
        phone = self._regular
        page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "done")
        phone.cancel(page)
        refunded = phone.wait_for(page, "refunded")
        return self._facts(refunded, EntryKind.PAYMENT, EntryKind.REFUND) | self._refund(phone)

    def _hospital_refuses(self) -> Facts:
        refusal = HospitalFault(trigger="DFT^P03", kind=FaultKind.REFUSE, text="already paid at the window")
        self._town.hospital.faults.add(refusal)
        phone = self._regular
        page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "refunded")
        return self._facts(page) | self._refund(phone)

    def _called_off(self) -> Facts:
        phone = self._regular
        page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "done")
        notice = self._town.hospital.call_off(_registration_id(page))
        answer = Message.parse(self._listener.exchange(notice))
        _expect(answer["MSA-1"] == "AA", f"the bridge answered {answer['MSA-1']}")
        refunded = phone.wait_for(page, "refunded")
        told = self._facts(refunded, EntryKind.PAYMENT, EntryKind.REFUND) | self._refund(phone)
        return told | {"control_id": answer["MSA-2"], "ack_control_id": answer["MSH-10"]}

    def _unknown(self) -> Facts:
        faults = self._town.hospital.faults
        self._town.wallet.faults.add(WalletFault("alipay.trade.create", Effect.LOSE_REPLY))
        faults.add(HospitalFault(trigger="SRM^S01", kind=FaultKind.RESET))
        faults.add(HospitalFault(trigger="DFT^P03", kind=FaultKind.RESET))
        phone = self._newcomer
        page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "done")
        return self._facts(page, EntryKind.PAYMENT)

    # --- what the outside books say ---

    def _facts(self, page: PageShown, *expected: EntryKind) -> dict[str, Any]:
        """The registration in the books of hospital and wallet; exactly the expected postings stand there."""
        registration_id = _registration_id(page)
        appointment = self._town.hospital.diary.by_placer(registration_id)
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
            entries = self._town.hospital.cashier.of_appointment(filler_id)
            if [entry.kind for entry in entries] == list(expected):
                return entries
            self._clock.sleep(PAUSE_SECONDS)
        raise StoryBroken(f"the hospital has other postings for {filler_id} than a patient would expect")

    def _refund(self, phone: Phone) -> dict[str, Any]:
        """The one refund of the order that this patient paid last."""
        mine = [
            trade for trade in self._town.wallet.trades if trade.buyer and trade.buyer.user_id == phone.person.user_id
        ]
        refunds = list(mine[-1].refunds.values()) if mine else []
        _expect(len(refunds) == 1, f"the wallet refunded the patient's last order {len(refunds)} times")
        return {"refund_no": refunds[0].request_no, "refunded_fen": refunds[0].amount_fen}

    def _heard(self, trigger: str) -> str:
        for heard, control_id in reversed(self._town.hospital.heard):
            if heard == trigger:
                return control_id
        raise StoryBroken(f"the hospital heard no {trigger}")

    def _phone(self, person: Person) -> Phone:
        return Phone(Browser(), self._clock, self._window, person)


def _registration_id(page: PageShown) -> str:
    return page.address.rsplit("/", 1)[1]


def _count(page: PageShown, action: str) -> int:
    return sum(action in form.action for form in page.forms)


def _expect(truth: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not truth:
        raise StoryBroken(otherwise)
