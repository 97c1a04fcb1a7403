"""Registration from home: signed in, bound, booked, paid, cancelled, refused, called off and lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING

from adapters.values import EntryKind
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.alipay.faults import Effect
from hospital_bridge.sandbox.alipay.faults import Fault as WalletFault
from hospital_bridge.sandbox.hospital.faults import Fault as HospitalFault
from hospital_bridge.sandbox.hospital.faults import FaultKind
from hospital_bridge.sandbox.story.world import (
    CARDIOLOGY,
    FREE_CLINIC,
    OPHTHALMOLOGY,
    Facts,
    Step,
    World,
    expect,
    last_part,
)

if TYPE_CHECKING:
    from hospital_bridge.sandbox.browser import PageShown


class Registration:
    """Two patients: one new to the hospital, one who comes regularly."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._newcomer = world.phone(people.CHEN_XIAOMING)
        self._regular = world.phone(people.LI_QI)

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""
        yield Step("sign_in", "A patient consents and is verified by real name", self._sign_in)
        yield Step("departments", "The hospital tells its departments", self._departments)
        yield Step("new_record", "New to the hospital: a record is made (ADT^A28) and bound", self._new_record)
        yield Step("two_records", "A patient with two record numbers binds both and unbinds one", self._two_records)
        yield Step("register", "Department, practitioner, slot; paid; confirmed by the hospital", self._register)
        yield Step("free", "A free clinic: nothing to pay, the wallet is not asked", self._free)
        yield Step("cancel", "Cancelled: first the hospital lets go, then the money goes back", self._cancel)
        yield Step("hospital_refuses", "The hospital refuses the payment: refunded", self._hospital_refuses)
        yield Step("called_off", "The hospital calls an appointment off (SIU^S15): refunded", self._called_off)
        yield Step("unknown", "Answers of wallet and hospital are lost: asked for, not repeated", self._unknown)

    def _sign_in(self) -> Facts:
        page = self._newcomer.sign_in()
        expect(page.status == HTTPStatus.OK, f"signing in ended with {page.status}")
        return {"gateway": self._world.town.gateway, "app_id": self._world.town.credentials.app_id}

    def _departments(self) -> Facts:
        shown = [link for link in self._newcomer.page("departments").links if "/departments/" in link.address]
        known = len(self._world.town.hospital.data.departments)
        expect(len(shown) == known, f"{len(shown)} of {known} departments are shown")
        where = self._world.town.addresses(0, 0)
        return {"departments": known, "mllp_port": where.his_port, "charset": where.charset}

    def _new_record(self) -> Facts:
        self._newcomer.bind_card()
        return {"control_id": self._world.heard("ADT^A28")}

    def _two_records(self) -> Facts:
        self._regular.sign_in()
        bound = _count(self._regular.bind_every_card(), "cards/unbind")
        left = _count(self._regular.unbind_card(), "cards/unbind")
        expect((bound, left) == (2, 1), f"{bound} record numbers were bound and {left} left")
        return {"bound": bound, "after_unbinding": left}

    def _register(self) -> Facts:
        self._world.town.hospital.faults.add(HospitalFault(trigger="DFT^P03", kind=FaultKind.LATE, seconds=1.5))
        page = self._newcomer.pay(self._newcomer.book(CARDIOLOGY))
        confirming = self._newcomer.wait_for(page, "confirming")
        done = self._newcomer.wait_for(page, "done")
        return self._world.facts(done, EntryKind.PAYMENT) | {"seen": [confirming.marks["situation"], "done"]}

    def _free(self) -> Facts:
        before = len(list(self._world.town.wallet.trades))
        page = self._newcomer.wait_for(self._newcomer.book(FREE_CLINIC), "free")
        expect(len(list(self._world.town.wallet.trades)) == before, "the wallet was asked for nothing")
        appointment = self._world.town.hospital.diary.by_placer(last_part(page))
        expect(appointment is not None, "the hospital has no appointment")
        return {"registration_id": last_part(page), "amount_fen": 0}

    def _cancel(self) -> Facts:
        phone = self._regular
        page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "done")
        phone.cancel(page)
        refunded = phone.wait_for(page, "refunded")
        return self._world.facts(refunded, EntryKind.PAYMENT, EntryKind.REFUND) | self._world.refund(phone)

    def _hospital_refuses(self) -> Facts:
        refusal = HospitalFault(trigger="DFT^P03", kind=FaultKind.REFUSE, text="already paid at the window")
        self._world.town.hospital.faults.add(refusal)
        phone = self._regular
        page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "refunded")
        return self._world.facts(page) | self._world.refund(phone)

    def _called_off(self) -> Facts:
        phone = self._regular
        page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "done")
        said = self._world.tell(self._world.town.hospital.call_off(last_part(page)))
        refunded = phone.wait_for(page, "refunded")
        told = self._world.facts(refunded, EntryKind.PAYMENT, EntryKind.REFUND) | self._world.refund(phone)
        return {**told, **said}

    def _unknown(self) -> Facts:
        faults = self._world.town.hospital.faults
        self._world.town.wallet.faults.add(WalletFault("alipay.trade.create", Effect.LOSE_REPLY))
        faults.add(HospitalFault(trigger="SRM^S01", kind=FaultKind.RESET))
        faults.add(HospitalFault(trigger="DFT^P03", kind=FaultKind.RESET))
        phone = self._newcomer
        page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "done")
        return self._world.facts(page, EntryKind.PAYMENT)


def _count(page: PageShown, action: str) -> int:
    return sum(action in form.action for form in page.forms)
