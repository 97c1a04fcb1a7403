"""A family: a mother registers her child and pays, a daughter registers her father, who then withdraws the right."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING

from adapters.values import EntryKind
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY, Facts, Step, World, expect, last_part

if TYPE_CHECKING:
    from hospital_bridge.sandbox.phone import Phone


class Family:
    """A mother with her child, and a daughter with her father; each has their own wallet, the child has none."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._mother = world.phone(people.WU_TONG)
        self._father = world.phone(people.ZHENG_GUOQIANG)
        self._daughter = world.phone(people.LI_QI)

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""
        yield Step("child", "A mother adds her child and pays for its registration from her wallet", self._child)
        yield Step("granted", "A father lets his daughter register and pay; she does", self._granted)
        yield Step("withdrawn", "The father withdraws the right: it is as if he did not exist", self._withdrawn)

    def _child(self) -> Facts:
        self._mother.sign_in()
        child = people.ZHOU_ZIHAN
        page = self._mother.add_child(child.name, child.id_number)
        expect("就诊人：周*涵" in page.words, "the pages are not about the child")
        return self._registered(self._mother, child.id_number)

    def _granted(self) -> Facts:
        self._father.sign_in()
        self._daughter.sign_in()
        code = self._father.invite("book", "pay").marks["code"]
        page = self._daughter.accept(code)
        expect("就诊人：郑*强" in page.words, "the pages are not about the father")
        return self._registered(self._daughter, self._father.person.id_number)

    def _withdrawn(self) -> Facts:
        registration = self._daughter.page("registrations").link("/registrations/")
        self._father.withdraw()
        gone = self._daughter.open(registration)
        expect(gone.status == HTTPStatus.NOT_FOUND, f"the daughter still reads it: {gone.status}")
        seen = self._father.open(registration)
        expect(seen.status == HTTPStatus.OK, f"the father does not read it: {seen.status}")
        return {"registration_id": last_part(seen), "daughter_reads": gone.status, "father_reads": seen.status}

    def _registered(self, phone: Phone, id_number: str) -> Facts:
        """Booked at the hospital for the patient, paid by the owner of the phone."""
        phone.bind_card()
        page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "done")
        told = self._world.facts(page, EntryKind.PAYMENT)
        order_no = told["payment"]["merchant_order_no"]
        trade = next(each for each in self._world.town.wallet.trades if each.out_trade_no == order_no)
        expect(trade.buyer is not None and trade.buyer.user_id == phone.person.user_id, "another wallet has paid")
        appointment = self._world.town.hospital.diary.by_placer(last_part(page))
        patient = self._world.town.hospital.patients.get(appointment.mrn) if appointment else None
        expect(patient is not None and patient.id_number == id_number, "the place is another patient's")
        return told
