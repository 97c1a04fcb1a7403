"""Every change that a port can make, with what resolves an unknown one and what the hospital's own books say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from adapters.values import EntryKind, Posting
from hospital_bridge.sandbox.hospital.model import AppointmentStatus
from tests.contracts.his.site import BOOK, CANCEL, POST, REGISTER, Site, WholeHis, identity


@dataclass(frozen=True, slots=True)
class Change:
    """One change under one number.

    `make` asks for it through an adapter, `found` asks the hospital whether it was made, `times` counts it in the
    hospital's books.
    """

    trigger: str
    make: Callable[[WholeHis], object]
    found: Callable[[], bool]
    times: Callable[[], int]


def booking(site: Site) -> Change:
    request = site.request()

    def times() -> int:
        return sum(appointment.placer_id == request.placer_id for appointment in site.hospital.diary.appointments())

    return Change(
        BOOK,
        lambda adapter: adapter.book(request),
        lambda: site.his.find_booking(request.placer_id) is not None,
        times,
    )


def cancellation(site: Site) -> Change:
    booked = site.booked()

    def times() -> int:
        kept = site.hospital.diary.by_placer(booked.placer_id)
        return int(kept is not None and kept.status is AppointmentStatus.CANCELLED)

    return Change(
        CANCEL,
        lambda adapter: adapter.cancel(booked),
        lambda: site.his.find_booking(booked.placer_id) is None,
        times,
    )


def payment(site: Site) -> Change:
    return _posting(site, site.bill(4_200))


def refund(site: Site) -> Change:
    paid = site.bill(4_200)
    site.his.post(paid)
    return _posting(site, replace(paid, serial=site.number("S"), kind=EntryKind.REFUND))


def registration(site: Site) -> Change:
    newcomer = identity(site.newcomer())
    return Change(
        REGISTER,
        lambda adapter: adapter.register_patient(newcomer),
        lambda: bool(site.his.find_patients(newcomer)),
        lambda: len(site.hospital.patients.find("CN_ID", newcomer.id_number)),
    )


def _posting(site: Site, posting: Posting) -> Change:
    return Change(
        POST,
        lambda adapter: adapter.post(posting),
        lambda: site.his.find_posting(posting.serial, site.today) is not None,
        lambda: len(site.hospital.cashier.under_serial(posting.serial)),
    )


CHANGES: Mapping[str, Callable[[Site], Change]] = {
    "book": booking,
    "cancel": cancellation,
    "pay": payment,
    "refund": refund,
    "register": registration,
}
