"""Stays as the hospital tells of them: ADT of an inpatient (HL7 v2.5.1 section 3.3), and its account's end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from adapters.errors import Malformed
from adapters.heard import Told
from adapters.his_hl7.map_settings import StayMap
from adapters.his_hl7.mapping import money
from adapters.his_hl7.mapping.layout import PatientPart
from adapters.his_hl7.mapping.patients import read_record
from adapters.his_hl7.mapping.scope import Scope
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.message import Message
from adapters.news import Left
from adapters.stays import Stage, StayTold
from adapters.sums import NOTHING, Shares, shares_of


def is_of_stay(kind: str, scope: Scope, places: StayMap) -> bool:
    """Whether a message of that type tells of an inpatient, and is read so."""
    return kind in places.types and scope.holds(places.inpatient)


def told(message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """What the message says of a stay; a message of somebody who is no inpatient is left."""
    kind, scope, places = settings.kind_of(message.type), part.scope, settings.map.stay
    if not is_of_stay(kind, scope, places):
        if kind not in settings.map.types_beside_stays:
            yield Left(scope.at(places.inpatient.places), "a message of no stay")
        return
    stay = _stay(kind, scope, settings)
    yield _settled(stay, scope, places) if kind in places.settling else stay


def _stay(kind: str, scope: Scope, settings: Hl7HisSettings) -> StayTold:
    places, zone = settings.map.stay, settings.time_zone
    told_at = scope.required_instant(places.told_at, zone)
    admitted_at, discharged_at = scope.instant(places.admitted_at, zone), scope.instant(places.discharged_at, zone)
    if kind in places.discharging:
        discharged_at = discharged_at or told_at
    if kind in places.reopening:
        discharged_at = None
    balance = scope.text(places.balance)
    return StayTold(
        stay_no=scope.number(places.number),
        patient=read_record(scope.segment("PID"), settings),
        ward=scope.text(places.ward),
        balance_fen=money.signed(balance, scope.at(places.balance), places.unit) if balance else None,
        is_settled=False if kind in places.reopening else None,
        surplus_fen=NOTHING,
        told_at=told_at,
        stage=_stage(kind, discharged_at, places),
        admitted_at=admitted_at,
        discharged_at=discharged_at,
        asked_fen=(money.amount(scope, places.asked, places.unit) or NOTHING) if _tells_asked(scope, places) else None,
    )


def _tells_asked(scope: Scope, places: StayMap) -> bool:
    """Whether nothing at its place means that nothing is asked for: a transfer takes back no word of the account."""
    if not places.asked or scope.text(places.asked):
        return bool(places.asked)
    return bool(scope.text(places.balance)) if places.balance else scope.has_segment(places.asked)


def _stage(kind: str, discharged_at: datetime | None, places: StayMap) -> Stage | None:
    """What kind of message it is says more than its fields: many systems leave PV1-45 as it once was, or empty."""
    if kind in places.cancelling:
        return Stage.CANCELLED
    if kind in places.reopening:
        return Stage.ADMITTED
    if discharged_at is not None:
        return Stage.DISCHARGED
    return Stage.ADMITTED if kind in places.admitting else None


def _settled(stay: StayTold, scope: Scope, places: StayMap) -> StayTold:
    surplus, due, deposits = (
        money.amount(scope, each, places.unit) for each in (places.surplus, places.due, places.deposits)
    )
    shares, number = _shares(scope, places), scope.optional_number(places.settlement_no)
    try:
        return replace(
            stay,
            is_settled=True,
            shares=shares,
            deposits_fen=deposits,
            surplus_fen=surplus or NOTHING,
            due_fen=due or NOTHING,
            settlement_no=number,
        )
    except Malformed as fault:
        raise Malformed(f"{scope.at((*places.surplus, *places.due))}: {fault.text}") from None


def _shares(scope: Scope, places: StayMap) -> Shares | None:
    told = (places.total, places.insurance, places.account, places.self_pay)
    total, insurance, account, self_pay = (money.amount(scope, each, places.unit) for each in told)
    if total is None:
        if any(each is not None for each in (insurance, account, self_pay)):
            raise Malformed(f"{scope.at(places.total)} is missing")
        return None
    return shares_of(total, insurance, account, self_pay, scope.at((*places.self_pay, *places.insurance)))
