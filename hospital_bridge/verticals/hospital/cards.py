"""Binding a card (绑卡): the verified person, found in the hospital's patient index or entered there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.errors import NotDone, OutsideError, Reason, Refused
from adapters.values import Identifier
from hospital_bridge.slot import OutsideCall, Right
from hospital_bridge.verticals.hospital.own_numbers import bound_as, bound_numbers
from hospital_bridge.verticals.hospital.record_numbers import MRN, ask_to_match, token
from hospital_bridge.verticals.hospital.schedule import must_be_open
from hospital_bridge.verticals.hospital.store import record_merges, record_requests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.ports import HisDirectory
    from adapters.values import PatientRecord, VerifiedIdentity
    from hospital_bridge.slot import Scope, VerticalWork
    from hospital_bridge.verticals.hospital.acting import Acting
    from hospital_bridge.verticals.hospital.own_numbers import OwnNumber

CREATE_RECORD = "hospital.create_record"
BIND_CREATED = "hospital.bind_created"
ANOTHER_NAME = Reason.CONFLICTING_CONTENT


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record number that the patient may bind; `token` stands for it in a form.

    `others` are the numbers of the same record: those that went up into it, and those that the hospital linked. One
    that `is_unclear` became a number that somebody else has bound here: it can only be given up.
    """

    mrn: str
    token: str
    bound: bool
    others: tuple[str, ...] = ()
    is_unclear: bool = False


@dataclass(frozen=True, slots=True)
class Cards:
    """What the card page shows; `name_differs` when the index holds the id number under another name."""

    subject_id: str
    name: str
    candidates: Sequence[Candidate]
    name_differs: bool


def cards_of(scope: Scope, acting: Acting) -> Cards:
    """The patient's record numbers, bound ones first, then those that the index knows besides."""
    subject_id = acting.subject_id
    with scope.read() as work:
        acting.must(work, Right.BOOK)
        identity = work.subjects.identity(subject_id)
        bound = {own.number: own for own in bound_numbers(work, subject_id)}
    records = scope.port("HisDirectory").find_patients(identity)
    same = {number for own in bound.values() for number in own.others}
    mrns = dict.fromkeys([*bound, *(number for number in _own(records, identity) if number not in same)])
    return Cards(
        subject_id=subject_id,
        name=identity.name,
        candidates=[_candidate(subject_id, mrn, bound.get(mrn)) for mrn in mrns],
        name_differs=any(record.name != identity.name for record in records),
    )


def _candidate(subject_id: str, mrn: str, own: OwnNumber | None) -> Candidate:
    name = token(subject_id, mrn)
    if own is None:
        return Candidate(mrn, name, bound=False)
    return Candidate(mrn, name, bound=True, others=own.others, is_unclear=own.is_unclear)


def bind(scope: Scope, acting: Acting, chosen: str) -> bool:
    """Bind the record number behind the token; False when the person has no such number."""
    cards = cards_of(scope, acting)
    mrn = next((c.mrn for c in cards.candidates if c.token == chosen), None)
    if mrn is None:
        return False
    with scope.begin() as work:
        acting.must(work, Right.BOOK)
        keep_number(work, cards.subject_id, mrn)
        work.audit.record(acting.wallet_user_id, "card.bound", cards.subject_id)
    return True


def keep_number(work: VerticalWork, subject_id: str, mrn: str) -> None:
    """The record number is that person's from now on; what waits for it is handed over after the commit."""
    record_merges.take_numbers(work, [record_merges.index_of(work, mrn)])
    work.subjects.add_identifier(subject_id, Identifier(MRN, mrn))
    ask_to_match(work, mrn)


def unbind(scope: Scope, acting: Acting, chosen: str) -> bool:
    """Take a bound record number out of use; False when it is not bound."""
    with scope.begin() as work:
        acting.must(work, Right.BOOK)
        bound = bound_as(work, acting.subject_id, chosen)
        record_merges.take_numbers(work, [record_merges.index_of(work, each.value) for each in bound])
        for identifier in bound:
            work.subjects.remove_identifier(acting.subject_id, identifier)
            ask_to_match(work, identifier.value)
            work.audit.record(acting.wallet_user_id, "card.unbound", acting.subject_id)
    return bool(bound)


def ask_new_record(scope: Scope, acting: Acting) -> None:
    """Have the hospital enter the patient as a new one after this commit."""
    subject_id = acting.subject_id
    must_be_open(scope)
    with scope.begin() as work:
        acting.must(work, Right.BOOK)
        record_requests.want_record(work, subject_id)
        work.jobs.add(CREATE_RECORD, subject_id, stream=subject_id)
        work.audit.record(acting.wallet_user_id, "card.new_asked", subject_id)


def create_record(scope: Scope, subject_id: str) -> None:
    """Job: enter the person in the patient index (ADT^A28), unless it knows them.

    Refused where the index holds the ID number under another name: whose record it is, only the counter can tell.
    """
    with scope.read() as work:
        identity = work.subjects.identity(subject_id)
        try_no = record_requests.record_try(work, subject_id)
    directory = scope.port("HisDirectory")
    if not try_no:
        return
    # Asked before the entry counts as sent and not after: a worker that was held up between the two would enter once
    # more whom another worker, which took over from it, has entered.
    records, unanswered = _asked(directory, identity)

    def known() -> bool | None:
        return True if _own(directory.find_patients(identity), identity) else None

    def enter() -> None:
        if unanswered is not None:
            raise unanswered
        if _is_under_another_name(records, identity):
            raise Refused("the patient index holds the ID number under another name", reason=ANOTHER_NAME)
        if not records:
            directory.register_patient(identity)

    scope.effects.drive(
        OutsideCall(
            kind=CREATE_RECORD,
            key=f"{CREATE_RECORD}:{subject_id}:{try_no}",
            act=enter,
            look=known,
            confirmed=lambda work, _: _ask_for_number(work, subject_id),
            refused=lambda work, reason: _no_record(work, subject_id, reason),
        )
    )


def _asked(directory: HisDirectory, identity: VerifiedIdentity) -> tuple[Sequence[PatientRecord], OutsideError | None]:
    """The person's records, or why the index did not tell them."""
    try:
        return directory.find_patients(identity), None
    except OutsideError as outcome:
        return (), outcome


def _no_record(work: VerticalWork, subject_id: str, reason: str) -> None:
    record_requests.end_record_try(work, subject_id, reason)
    work.audit.record("bridge", "card.refused", subject_id, reason=reason)


def _ask_for_number(work: VerticalWork, subject_id: str) -> None:
    record_requests.end_record_try(work, subject_id)
    work.jobs.add(BIND_CREATED, subject_id, stream=subject_id)


def bind_created(scope: Scope, subject_id: str) -> None:
    """Job: bind the number that the index gave.

    The acknowledgement of ADT^A28 carries none (HL7 v2.5.1 section 3.3.28), so the index is asked for it.
    """
    with scope.read() as work:
        identity = work.subjects.identity(subject_id)
    records = scope.port("HisDirectory").find_patients(identity)
    if _is_under_another_name(records, identity):
        with scope.begin() as work:
            _no_record(work, subject_id, ANOTHER_NAME)
        return
    mrn = next(iter(_own(records, identity)), None)
    if mrn is None:
        raise NotDone("the patient index does not show the new record yet")
    with scope.begin() as work:
        keep_number(work, subject_id, mrn)


def _own(records: Sequence[PatientRecord], identity: VerifiedIdentity) -> list[str]:
    """The record numbers that stand under the person's own name."""
    return [mrn for record in records if record.name == identity.name and (mrn := record.first(MRN))]


def _is_under_another_name(records: Sequence[PatientRecord], identity: VerifiedIdentity) -> bool:
    return bool(records) and all(record.name != identity.name for record in records)
