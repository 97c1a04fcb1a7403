"""Family members (就诊人): a guardian adds a child; a person lets somebody act for them, and ends it at any time."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from adapters.values import VerifiedIdentity
from hospital_bridge.identity import id_number
from hospital_bridge.identity.age import FULL_AGE, OWN_WORD, has_reached
from hospital_bridge.identity.sign_in import CN_ID
from hospital_bridge.slot import Relation, Right
from hospital_bridge.store.invitations import Invitations

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from hospital_bridge.store.unit_of_work import Store, Work

GUARDIAN_TEXT_VERSION = "2026-11"
"""Version of the text to which a guardian agrees for a child (PIPL article 31)."""

_NAME = re.compile(r"[^\W\d_]+(?:[ ·'’.-]+[^\W\d_]+)*\.?")


class Objection(StrEnum):
    """Why somebody cannot be added, invited or accepted."""

    NO_NAME = "no_name"
    BAD_NAME = "bad_name"
    BAD_SHAPE = "bad_shape"
    BAD_CHECK_DIGIT = "bad_check_digit"
    BAD_BIRTH_DATE = "bad_birth_date"
    NOT_BORN_YET = "not_born_yet"
    GROWN = "grown"
    OTHER_NAME = "other_name"
    NOT_AGREED = "not_agreed"
    NOT_OF_AGE = "not_of_age"
    ALREADY = "already"
    TOO_MANY = "too_many"
    NO_RIGHTS = "no_rights"
    TOO_YOUNG = "too_young"
    UNKNOWN_CODE = "unknown_code"
    OWN_CODE = "own_code"


class Objected(Exception):
    """It was not done, and nothing was kept."""

    def __init__(self, objection: Objection) -> None:
        super().__init__(objection.value)
        self.objection = objection


class NotVerified(Exception):
    """The wallet user's own name was never confirmed; without it they act for nobody."""


@dataclass(frozen=True, slots=True)
class Child:
    """What a guardian typed; `agreed` to the text of `GUARDIAN_TEXT_VERSION`."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    agreed: bool


@dataclass(frozen=True, slots=True)
class Representative:
    """Somebody else who acts for a person."""

    wallet_user_id: str
    name: str = field(repr=False)
    relation: Relation
    rights: frozenset[Right]
    since: datetime


def add_child(store: Store, operator_id: str, wallet_user_id: str, child: Child, most: int) -> str:
    """The wallet user acts for their child from now on; its subject id.

    Sex and birth date are those of the number. A child that is known here already keeps what is known of it, and is
    only found under its own name. Raises Objected or NotVerified.
    """
    name = _name(child.name)
    with store.begin(operator_id) as work:
        work.wallet_users.hold(wallet_user_id)
        guardian = work.subjects.identity(own_subject(work, wallet_user_id))
        identity = _identity(name, child.id_number, guardian.phone, work.operators.today())
        if not child.agreed:
            raise Objected(Objection.NOT_AGREED)
        if not has_reached(guardian.birth_date, FULL_AGE, work.operators.today()):
            raise Objected(Objection.NOT_OF_AGE)
        subject_id = _keep(work, identity)
        _take_on(work, wallet_user_id, subject_id, most)
        work.subjects.bind(wallet_user_id, subject_id, Relation.WARD)
        work.wallet_users.consent(wallet_user_id, guardian_purpose(subject_id), GUARDIAN_TEXT_VERSION)
        work.audit.record(wallet_user_id, "family.child_added", subject_id, text_version=GUARDIAN_TEXT_VERSION)
    return subject_id


def invite(store: Store, operator_id: str, wallet_user_id: str, rights: Collection[Right]) -> str:
    """A code by which somebody may act for the wallet user's own person, with these rights; shown this once.

    Raises Objected or NotVerified.
    """
    if not rights:
        raise Objected(Objection.NO_RIGHTS)
    with store.begin(operator_id) as work:
        subject_id = own_subject(work, wallet_user_id)
        if not has_reached(work.subjects.identity(subject_id).birth_date, OWN_WORD, work.operators.today()):
            raise Objected(Objection.TOO_YOUNG)
        code = Invitations(work).add(subject_id, rights)
        work.audit.record(wallet_user_id, "family.invited", subject_id, rights=" ".join(sorted(rights)))
    return code


def accept(store: Store, operator_id: str, wallet_user_id: str, code: str, most: int) -> str:
    """Use a code up: the wallet user acts from now on for whoever made it; their subject id.

    Of several who type the same code one has it. Raises Objected, and then the code stays as it was, or NotVerified.
    """
    with store.begin(operator_id) as work:
        work.wallet_users.hold(wallet_user_id)
        own = own_subject(work, wallet_user_id)
        invitation = Invitations(work).use(code)
        if invitation is None:
            raise Objected(Objection.UNKNOWN_CODE)
        subject_id = invitation.subject_id
        if subject_id == own:
            raise Objected(Objection.OWN_CODE)
        if subject_id not in _others(work, wallet_user_id):
            _take_on(work, wallet_user_id, subject_id, most)
        work.subjects.bind(wallet_user_id, subject_id, Relation.GRANTED, invitation.rights)
        rights = " ".join(sorted(invitation.rights))
        work.audit.record(wallet_user_id, "family.accepted", subject_id, rights=rights)
    return subject_id


def withdraw(store: Store, operator_id: str, wallet_user_id: str, other: str) -> bool:
    """The other wallet user acts no more for the wallet user's own person; False when they did not, or are a guardian.

    A guardian whose child has grown can be told to go, too.
    """
    with store.begin(operator_id) as work:
        subject_id = own_subject(work, wallet_user_id)
        found = [each for each in work.subjects.acting_for(subject_id) if each.wallet_user_id == other]
        if not any(each.relation is Relation.GRANTED or not each.rights for each in found):
            return False
        _end(work, other, subject_id)
        work.audit.record(wallet_user_id, "family.withdrawn", subject_id, wallet_user=other)
    return True


def leave(store: Store, operator_id: str, wallet_user_id: str, subject_id: str) -> bool:
    """The wallet user acts no more for somebody else; False when they did not."""
    with store.begin(operator_id) as work:
        if subject_id not in _others(work, wallet_user_id):
            return False
        _end(work, wallet_user_id, subject_id)
        work.audit.record(wallet_user_id, "family.left", subject_id)
    return True


def representatives(work: Work, wallet_user_id: str) -> Sequence[Representative]:
    """Who else acts for the wallet user's own person, oldest first; NotVerified where there is no such person."""
    acting = work.subjects.acting_for(own_subject(work, wallet_user_id))
    return [
        Representative(each.wallet_user_id, _name_of(work, each.wallet_user_id), each.relation, each.rights, each.since)
        for each in acting
        if each.relation is not Relation.SELF
    ]


def own_subject(work: Work, wallet_user_id: str) -> str:
    """The wallet user's own person; NotVerified where there is none."""
    for each in work.subjects.people_of(wallet_user_id):
        if each.relation is Relation.SELF:
            return each.subject_id
    raise NotVerified


def guardian_purpose(subject_id: str) -> str:
    """The purpose under which a guardian's consent for that child is kept."""
    return f"guardian:{subject_id}"


def _end(work: Work, wallet_user_id: str, subject_id: str) -> None:
    work.subjects.unbind(wallet_user_id, subject_id)
    work.wallet_users.withdraw(wallet_user_id, guardian_purpose(subject_id))


def _take_on(work: Work, wallet_user_id: str, subject_id: str, most: int) -> None:
    others = _others(work, wallet_user_id)
    if subject_id in others:
        raise Objected(Objection.ALREADY)
    if len(others) >= most:
        raise Objected(Objection.TOO_MANY)


def _others(work: Work, wallet_user_id: str) -> list[str]:
    people = work.subjects.people_of(wallet_user_id)
    return [each.subject_id for each in people if each.relation is not Relation.SELF]


def _name_of(work: Work, wallet_user_id: str) -> str:
    try:
        return work.subjects.identity(own_subject(work, wallet_user_id)).name
    except NotVerified:
        return ""


def _keep(work: Work, identity: VerifiedIdentity) -> str:
    known = work.subjects.find(identity.id_type, identity.id_number)
    # A name that was mistyped, and the child given up again, must not stand in the way for ever.
    if known is None or not (work.subjects.acting_for(known) or work.subjects.identifiers(known)):
        return work.subjects.keep(identity)
    if work.subjects.identity(known).name != identity.name:
        raise Objected(Objection.OTHER_NAME)
    return known


def _name(typed: str) -> str:
    name = unicodedata.normalize("NFC", " ".join(typed.split()))
    if name.lower() == name.upper():
        # A blank between Chinese characters is a slip of the keyboard; with it no register would know the name.
        name = name.replace(" ", "")
    if not name:
        raise Objected(Objection.NO_NAME)
    if not _NAME.fullmatch(name):
        raise Objected(Objection.BAD_NAME)
    return name


def _identity(name: str, number: str, phone: str, today: date) -> VerifiedIdentity:
    number = id_number.normalise(number)
    try:
        born, sex = id_number.read(number)
    except id_number.BadShape:
        raise Objected(Objection.BAD_SHAPE) from None
    except id_number.BadCheckDigit:
        raise Objected(Objection.BAD_CHECK_DIGIT) from None
    except id_number.BadBirthDate:
        raise Objected(Objection.BAD_BIRTH_DATE) from None
    if born > today:
        raise Objected(Objection.NOT_BORN_YET)
    if has_reached(born, OWN_WORD, today):
        raise Objected(Objection.GROWN)
    return VerifiedIdentity(name=name, id_type=CN_ID, id_number=number, birth_date=born, sex=sex, phone=phone)
