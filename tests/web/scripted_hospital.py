"""The hospital's real pages over a scripted hospital: what the pages show is canned, how they are reached is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, cast
from zoneinfo import ZoneInfo

from adapters.values import Department, Fen, Practitioner, Slot
from hospital_bridge.errors import BridgeError
from hospital_bridge.facade import Unit
from hospital_bridge.lines.hall import LinesContext
from hospital_bridge.slot import ALL_RIGHTS, Download, Go, Page, PageRequest, PaymentView, Vertical, View
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.messages import Teller
from hospital_bridge.verticals.hospital import VERTICAL
from hospital_bridge.verticals.hospital.arrival_code import ArrivalCode
from hospital_bridge.verticals.hospital.bills.bill import OPEN, Bill
from hospital_bridge.verticals.hospital.bills.bill import State as BillState
from hospital_bridge.verticals.hospital.cards import Candidate, Cards
from hospital_bridge.verticals.hospital.registration import Registration, State
from hospital_bridge.verticals.hospital.schedule import Day, Offer
from hospital_bridge.verticals.hospital.settings import HospitalSettings
from hospital_bridge.verticals.hospital.stays.stay import Deposit, Stay
from hospital_bridge.verticals.hospital.visits.line_rules import LINE_RULES
from tests.web import scripted_bills, scripted_stays
from tests.web.scripted_results import RESULT_HANDLERS, told_resource

SHANGHAI = ZoneInfo("Asia/Shanghai")
DEPARTMENTS = [
    Department("CARD", "心血管内科", "门诊楼 3 层 A 区"),
    Department("GAST", "消化内科", "门诊楼 2 层 B 区"),
    Department("ORTH", "骨科", "门诊楼 4 层 C 区"),
    Department("DERM", "皮肤科", "门诊楼 1 层 D 区"),
]
PRACTITIONERS = [
    Practitioner("P01", "陈思远", "主任医师", "CARD"),
    Practitioner("P02", "欧阳明", "副主任医师", "CARD"),
    Practitioner("P03", "李可", "主治医师", "CARD"),
]
MRN = "90000000042"
TOKEN = "0123456789abcdef01234567"
FIRST_DAY = date(2026, 11, 24)


def slot(day: date, number: int, remaining: int = 3, fee: int = 5000) -> Slot:
    start = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(hours=9, minutes=30 * number)
    starts_at = start.astimezone(UTC)
    return Slot(
        f"S{day:%m%d}{number}", "CARD", "P01", starts_at, starts_at + timedelta(minutes=30), remaining, Fen(fee)
    )


def days() -> list[Day]:
    return [
        Day(day, [slot(day, number, remaining=number % 4) for number in range(6)])
        for day in (FIRST_DAY + timedelta(days=ahead) for ahead in range(4))
    ]


@dataclass
class ScriptedScope:
    """One operator's hospital, kept in memory."""

    operator_id: str
    timezone: tzinfo = SHANGHAI
    settings: Mapping[str, Any] = field(default_factory=dict)
    registrations: dict[str, Registration] = field(default_factory=dict)
    payments: dict[str, PaymentView] = field(default_factory=dict)
    bills: dict[str, Bill] = field(default_factory=dict)
    earlier: list[PaymentView] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    deposits: list[Deposit] = field(default_factory=list)
    is_payer: bool = True
    bound: bool = False
    numbers: dict[str, str] = field(default_factory=lambda: {MRN: TOKEN})
    refusal: str = ""
    not_cancelled: str = ""
    away_until: datetime | None = None
    known_to_hospital: bool = True
    fails_with: Exception | None = None
    pay_page: str = "/pay"
    store: Store | None = None
    real_pages: Mapping[str, Callable[[PageRequest], Any]] = field(default_factory=dict)

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        """A real unit of work: lines are not scripted."""
        assert self.store is not None
        nobody_pays: Any = None
        settings = HospitalSettings().load({})
        lines = LinesContext("hospital", LINE_RULES, settings, ZoneInfo("Asia/Shanghai"))
        with self.store.begin(self.operator_id) as work:
            yield Unit(work, nobody_pays, settings, lines, Teller.of("hospital", VERTICAL.messages))

    read = begin

    def register(self, state: State, situation: str = "", *, owner: str, fee: int = 5000, reason: str = "") -> str:
        """Put one registration in place as it stands in that state."""
        registration_id = f"{len(self.registrations) + 1:032x}"
        chosen = slot(FIRST_DAY, 1, fee=fee)
        self.registrations[registration_id] = Registration(
            registration_id=registration_id,
            wallet_user_id=owner,
            subject_id="5" * 32,
            mrn=MRN,
            slot=chosen,
            department_name=DEPARTMENTS[0].name,
            practitioner_name=PRACTITIONERS[0].name,
            place=DEPARTMENTS[0].place,
            state=state,
            hold_expires_at=chosen.starts_at,
            created_at=chosen.starts_at - timedelta(days=1),
            payment_id=registration_id if situation else "",
            reason=reason,
        )
        if situation:
            self.payments[registration_id] = self._payment(registration_id, situation, chosen)
        return registration_id

    def charge(
        self, state: BillState = BillState.ISSUED, situation: str = "", *, bill_id: str = "", **changes: Any
    ) -> str:
        """Put one bill in place, or another one in place of it, as it stands in that state."""
        charged = scripted_bills.bill(int(bill_id, 16) if bill_id else len(self.bills) + 1, state, **changes)
        self.bills[charged.bill_id] = charged
        if situation:
            self.payments[charged.bill_id] = scripted_bills.payment(charged, situation, self.pay_page)
        return charged.bill_id

    def move(self, registration_id: str, state: State, situation: str) -> None:
        """The world has moved on."""
        old = self.registrations[registration_id]
        self.registrations[registration_id] = replace(old, state=state, payment_id=registration_id)
        self.payments[registration_id] = self._payment(registration_id, situation, old.slot)

    def _payment(self, registration_id: str, situation: str, chosen: Slot) -> PaymentView:
        return PaymentView(
            payment_id=registration_id,
            situation=situation,
            amount_fen=chosen.fee_fen,
            refunded_fen=chosen.fee_fen if situation == "refunded" else Fen(0),
            merchant_order_no=registration_id,
            provider_trade_no="",
            expires_at=chosen.starts_at,
            reason="",
            receipt_no="R2026112400017" if situation == "done" else "",
            pay_url=f"{self.pay_page}?order={registration_id}" if situation == "awaiting" else "",
            moving=situation in ("opening", "awaiting", "confirming", "refunding"),
        )


def scripted_vertical() -> Vertical:
    """The hospital with the same pages, schemas and templates, and handlers of this module."""
    pages = tuple(replace(page, handler=_scripted(page)) for page in VERTICAL.pages)
    staff_page = Page(
        "desk",
        "desk",
        lambda _: View("home.html", {"has_card": True, "live": [], "rights": ALL_RIGHTS, "to_pay": [], "stays": []}),
        role="nurse",
    )
    resources = tuple(replace(resource, handler=told_resource) for resource in VERTICAL.resources)
    return replace(VERTICAL, pages=(*pages, staff_page), resources=resources)


def _scripted(page: Page) -> Callable[[PageRequest], View | Go | Download]:
    def handler(request: PageRequest) -> View | Go | Download:
        scope: Any = request.scope
        if scope.fails_with is not None:
            raise scope.fails_with
        if page.name in scope.real_pages:
            return cast("View | Go", scope.real_pages[page.name](request))
        return HANDLERS.get(page.name, _home)(request, scope)

    return handler


def _home(request: PageRequest, scope: ScriptedScope) -> View:
    mine = [each for each in scope.registrations.values() if each.wallet_user_id == request.principal]
    to_pay = [bill for bill in scope.bills.values() if bill.state in OPEN]
    return View(
        "home.html",
        {"has_card": scope.bound, "live": mine, "rights": ALL_RIGHTS, "to_pay": to_pay, "stays": scope.stays},
    )


def _cards(request: PageRequest, scope: ScriptedScope) -> View:
    candidates = [Candidate(MRN, TOKEN, scope.bound)] if scope.known_to_hospital else []
    cards = Cards("5" * 32, "张小三", candidates, name_differs=False)
    return View("cards.html", {"cards": cards, "errors": request.errors})


def _bind(request: PageRequest, scope: ScriptedScope) -> Go:
    assert request.data["token"] == TOKEN
    scope.bound = True
    return Go("cards")


def _unbind(_: PageRequest, scope: ScriptedScope) -> Go:
    scope.bound = False
    return Go("cards")


def _new_card(_: PageRequest, scope: ScriptedScope) -> Go:
    scope.known_to_hospital = scope.bound = True
    return Go("card_wait")


def _card_wait(_: PageRequest, scope: ScriptedScope) -> View:
    if scope.refusal:
        return View("card_refused.html", {"reason": scope.refusal})
    return View("card_wait.html", refresh_seconds=2)


def _slots(_: PageRequest, __: ScriptedScope) -> View:
    return View("slots.html", {"department": DEPARTMENTS[0], "practitioner": PRACTITIONERS[0], "days": days()})


def _confirm(request: PageRequest, scope: ScriptedScope) -> View:
    offer = Offer(DEPARTMENTS[0], PRACTITIONERS[0], slot(request.data["day"], 1))
    numbers = [Candidate(mrn, token, bound=True) for mrn, token in scope.numbers.items() if scope.bound]
    data = {"offer": offer, "day": request.data["day"], "name": "张小三", "numbers": numbers}
    return View("confirm.html", data | {"pays_here": True, "cancel_until": offer.slot.starts_at})


def _book(request: PageRequest, scope: ScriptedScope) -> Go:
    registration_id = scope.register(State.HOLDING, owner=request.principal)
    return Go("registration", {"registration": registration_id})


def _registrations(request: PageRequest, scope: ScriptedScope) -> View:
    mine = [each for each in scope.registrations.values() if each.wallet_user_id == request.principal]
    return View("registrations.html", {"registrations": mine, "may_book": True})


def _registration(request: PageRequest, scope: ScriptedScope, not_cancelled: str = "") -> View:
    found = scope.registrations.get(request.data["registration"])
    if found is None or found.wallet_user_id != request.principal:
        raise BridgeError("HB-R002")
    payment = scope.payments.get(found.registration_id)
    waiting = found.state in (State.HOLDING, State.PAID, State.CANCELLING) or (payment is not None and payment.moving)
    return View(
        "registration.html",
        {
            "record_number": found.mrn,
            "registration": found,
            "payment": payment,
            "too_late": False,
            "too_late_to_cancel": False,
            "is_over": False,
            "cancel_until": found.slot.starts_at,
            "not_cancelled": not_cancelled,
            "away_until": scope.away_until,
        }
        | {"name": "张小三", "is_payer": True, "may_book": True},
        status=409 if not_cancelled else 200,
        refresh_seconds=2 if waiting else None,
    )


def _cancel(request: PageRequest, scope: ScriptedScope) -> View | Go:
    if scope.not_cancelled:
        return _registration(request, scope, scope.not_cancelled)
    scope.move(request.data["registration"], State.CANCELLED, "refunding")
    return Go("registration", {"registration": request.data["registration"]})


HANDLERS: dict[str, Callable[[PageRequest, Any], View | Go | Download]] = {
    **RESULT_HANDLERS,
    "home": _home,
    "cards": _cards,
    "cards.bind": _bind,
    "cards.unbind": _unbind,
    "cards.new": _new_card,
    "card_wait": _card_wait,
    "departments": lambda request, _: View("departments.html", {"departments": DEPARTMENTS, "errors": request.errors}),
    "practitioners": lambda _, __: View(
        "practitioners.html", {"department": DEPARTMENTS[0], "practitioners": PRACTITIONERS}
    ),
    "slots": _slots,
    "confirm": _confirm,
    "book": _book,
    "registrations": _registrations,
    "registration": _registration,
    "cancel": _cancel,
    **scripted_bills.HANDLERS,
    **scripted_stays.HANDLERS,
    "kiosk": lambda request, _: View(
        "kiosk.html", {"code": ArrivalCode("all", 1, "s"), "errors": request.errors, "abandoned_seconds": 30}
    ),
}
