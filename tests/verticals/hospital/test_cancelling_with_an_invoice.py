"""A paid registration with an e-invoice is not cancelled on the phone: the hospital takes the invoice back first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest

from adapters.errors import Away, Malformed, NotDone, OutcomeUnknown, OutsideError, Refused, Untrusted
from adapters.invoices import InvoiceState
from adapters.news import AppointmentCalledOff
from adapters.values import Booking, BookingRequest, Fen, Slot
from hospital_bridge.lines.hall import LinesContext
from hospital_bridge.payment.context import Counter
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.messages import Teller
from hospital_bridge.verticals.hospital import VERTICAL, booking, leaving
from hospital_bridge.verticals.hospital.acting import Acting
from hospital_bridge.verticals.hospital.leaving import NotCancelled
from hospital_bridge.verticals.hospital.registration import Registration, State
from hospital_bridge.verticals.hospital.settings import HospitalSettings
from hospital_bridge.verticals.hospital.store import registrations
from hospital_bridge.verticals.hospital.visits.line_rules import LINE_RULES
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.hospital.billing import MORNING, OPERATOR, SHANGHAI, BillWorld

FEE = 5_000


@dataclass
class Diary:
    """`HisScheduling` over a dict."""

    booked: dict[str, str] = field(default_factory=dict)

    def book(self, request: BookingRequest) -> Booking:
        self.booked[request.placer_id] = f"V{len(self.booked) + 1}"
        return Booking(request.placer_id, self.booked[request.placer_id])

    def find_booking(self, placer_id: str) -> Booking | None:
        found = self.booked.get(placer_id)
        return Booking(placer_id, found) if found else None

    def cancel(self, booking: Booking) -> None:
        del self.booked[booking.placer_id]


@dataclass
class Invoices:
    """`HisInvoices`; `meanwhile` happens while it is asked."""

    state: InvoiceState | None = None
    fails_with: OutsideError | None = None
    meanwhile: Callable[[], None] = lambda: None
    asked: list[tuple[str, str, date]] = field(default_factory=list)

    def invoice_state(self, serial: str, receipt_no: str, day: date) -> InvoiceState | None:
        self.asked.append((serial, receipt_no, day))
        self.meanwhile()
        if self.fails_with:
            raise self.fails_with
        return self.state


@dataclass
class WhileLooking:
    """The time; `meanwhile` happens once, when somebody first looks at it."""

    clock: FakeClock
    meanwhile: Callable[[], None]

    def now(self) -> datetime:
        happens, self.meanwhile = self.meanwhile, lambda: None
        happens()
        return self.clock.now()

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)


class Clinic(BillWorld):
    """The same hospital with places to book and e-invoices."""

    def __init__(self, store: Store, database: Database, clock: FakeClock) -> None:
        super().__init__(store, database, clock)
        self.diary, self.invoices = Diary(), Invoices()
        settings = HospitalSettings().load({})
        self.scope = replace(
            self.scope,
            settings=settings,
            ports={"HisBilling": self.cashier, "HisScheduling": self.diary, "HisInvoices": self.invoices},
            lines=LinesContext("hospital", LINE_RULES, settings, SHANGHAI),
            teller=Teller.of("hospital", VERTICAL.messages),
        )
        for sale in VERTICAL.sales:
            self.context.counters[sale.kind] = Counter(sale, self.scope, self.scope.unit)  # type: ignore[index]
        self.bind()

    def booked(self, fee: int = FEE) -> Registration:
        starts_at = self.clock.now() + timedelta(hours=2)
        slot = Slot("S1", "0501", "D1", starts_at, starts_at + timedelta(minutes=20), 9, Fen(fee))
        names = {"department_name": "眼科", "practitioner_name": "林若海", "place": "3层"}
        # A registration is no bill: this cashier takes its fee under no number.
        self.cashier.owed[""] = fee
        held = booking.hold(self.scope, Acting(self.phone, self.subject), slot, **names)
        self.work()
        return self.registration(held)

    def registered(self) -> Registration:
        """Booked, paid and confirmed."""
        booked = self.booked()
        self.pay_for(booked)
        registration = self.registration(booked.registration_id)
        assert registration.state is State.REGISTERED
        return registration

    def pay_for(self, booked: Registration) -> None:
        with self.store.read(OPERATOR) as work:
            payment = work.payments.get(booked.payment_id)
        self.confirm(payment)
        self.work()

    def registration(self, registration_id: str) -> Registration:
        with self.scope.read() as work:
            return registrations.get(work, registration_id)

    def cancel(self, registration: Registration) -> NotCancelled | None:
        outcome = leaving.cancel(self.scope, self.phone, registration.registration_id)
        self.work()
        return outcome

    def must_stand(self, registration: Registration) -> None:
        """Nothing at all has changed."""
        assert self.registration(registration.registration_id) == registration
        assert list(self.diary.booked) == [registration.registration_id]
        assert self.taken_fen() == FEE


@pytest.fixture
def clinic(store: Store, database: Database, clock: FakeClock) -> Clinic:
    return Clinic(store, database, clock)


def test_an_invoice_that_stands_is_taken_back_first_and_then_the_phone_can_cancel(clinic: Clinic) -> None:
    registration = clinic.registered()
    clinic.invoices.state = InvoiceState.ISSUED
    assert clinic.cancel(registration) is NotCancelled.INVOICE_STANDS
    clinic.must_stand(registration)
    day = MORNING.astimezone(SHANGHAI).date()
    assert clinic.invoices.asked == [(registration.payment_id, "R1", day)]

    clinic.invoices.state = InvoiceState.REVERSED
    assert clinic.cancel(registration) is None
    assert clinic.registration(registration.registration_id).state is State.CANCELLED
    assert (clinic.diary.booked, clinic.taken_fen()) == ({}, 0)
    clinic.must_be_sound()


@pytest.mark.parametrize(
    "trouble",
    [
        NotDone("no connection"),
        Away("in maintenance", until=MORNING + timedelta(hours=1)),
        OutcomeUnknown("timeout"),
        Refused("no"),
        Untrusted("certificate"),
        Malformed("not XML"),
    ],
    ids=lambda trouble: type(trouble).__name__,
)
def test_where_the_hospital_does_not_say_how_the_invoice_stands_nothing_is_cancelled(
    clinic: Clinic, trouble: OutsideError
) -> None:
    registration = clinic.registered()
    clinic.invoices.fails_with = trouble
    assert clinic.cancel(registration) is NotCancelled.INVOICE_UNTOLD
    clinic.must_stand(registration)


@pytest.mark.parametrize("state", [None, InvoiceState.NOT_ISSUED])
def test_without_an_invoice_it_is_cancelled_at_once(clinic: Clinic, state: InvoiceState | None) -> None:
    registration = clinic.registered()
    clinic.invoices.state = state
    assert clinic.cancel(registration) is None
    assert clinic.taken_fen() == 0


def test_a_hospital_whose_systems_know_of_no_invoices_cancels_as_ever(clinic: Clinic) -> None:
    registration = clinic.registered()
    clinic.scope = replace(clinic.scope, ports={"HisBilling": clinic.cashier, "HisScheduling": clinic.diary})
    assert clinic.cancel(registration) is None
    assert (clinic.taken_fen(), clinic.invoices.asked) == (0, [])


@pytest.mark.parametrize("fee", [FEE, 0])
def test_where_no_money_can_go_back_nobody_asks_about_invoices(clinic: Clinic, fee: int) -> None:
    clinic.invoices.state = InvoiceState.ISSUED
    assert clinic.cancel(clinic.booked(fee)) is None
    assert clinic.invoices.asked == []


def test_what_the_hospital_calls_off_while_it_is_asked_about_the_invoice_is_not_cancelled_besides(
    clinic: Clinic,
) -> None:
    """The question is outside of any transaction: what comes meanwhile is not held up, and counts."""
    registration = clinic.registered()

    def called_off() -> None:
        with clinic.scope.begin() as work:
            leaving.called_off(work, AppointmentCalledOff(registration.registration_id, "V1"))

    clinic.invoices.meanwhile = called_off
    assert clinic.cancel(registration) is NotCancelled.OVER
    assert clinic.registration(registration.registration_id).reason == leaving.CALLED_OFF_BY_HOSPITAL
    assert clinic.taken_fen() == 0
    clinic.must_be_sound()


def test_what_is_paid_while_it_is_given_up_unpaid_is_not_cancelled_without_asking(clinic: Clinic) -> None:
    booked = clinic.booked()
    clinic.invoices.state = InvoiceState.ISSUED
    clinic.scope = replace(clinic.scope, clock=WhileLooking(clinic.clock, lambda: clinic.pay_for(booked)))
    assert clinic.cancel(booked) is NotCancelled.OVER
    assert clinic.cancel(booked) is NotCancelled.INVOICE_STANDS
    assert clinic.registration(booked.registration_id).state is State.REGISTERED
