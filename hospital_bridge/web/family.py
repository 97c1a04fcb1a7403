"""The people for whom a wallet user acts (就诊人), and those who act for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, request

from hospital_bridge.errors import BridgeError
from hospital_bridge.identity import family
from hospital_bridge.identity.family import GUARDIAN_TEXT_VERSION, Child, NotVerified, Objected, Objection
from hospital_bridge.slot import Right
from hospital_bridge.store.sessions import Sessions
from hospital_bridge.web.access import Access, Area, open_to
from hospital_bridge.web.limits import FAMILY, count_against
from hospital_bridge.web.live import show
from hospital_bridge.web.next_page import next_page
from hospital_bridge.web.visit import address, site, visit

PATIENT = Access(Area.PATIENT)
UNPROCESSABLE = 422
LONGEST = 100

OBJECTIONS: Mapping[Objection, tuple[str, str]] = {
    Objection.NO_NAME: ("name", "Please type the child's name."),
    Objection.BAD_NAME: ("name", "Please type the name as it stands in the household register or on the ID card."),
    Objection.BAD_SHAPE: ("id_number", "An ID number has 18 characters: 17 digits, then a digit or X."),
    Objection.BAD_CHECK_DIGIT: (
        "id_number",
        "The ID number has a typing mistake. Please compare it with the household register.",
    ),
    Objection.BAD_BIRTH_DATE: ("id_number", "The birth date in the ID number does not exist. Please compare it."),
    Objection.NOT_BORN_YET: ("id_number", "The birth date in the ID number is still to come. Please compare it."),
    Objection.GROWN: (
        "id_number",
        "From fourteen on people decide for themselves: they can let you act with a code from their own phone.",
    ),
    Objection.OTHER_NAME: (
        "name",
        "Name and ID number do not belong together here. Please compare both, or ask at the counter.",
    ),
    Objection.NOT_AGREED: ("agreed", "Without your agreement as guardian the child cannot be added."),
    Objection.NOT_OF_AGE: ("name", "Only who is eighteen or older can act as a guardian here."),
    Objection.ALREADY: ("id_number", "You act for this child already."),
    Objection.TOO_MANY: ("id_number", "You act for as many people as is allowed here. First give one of them up."),
    Objection.NO_RIGHTS: ("rights", "Please tick at least one thing that the other person may do."),
    Objection.TOO_YOUNG: ("rights", "Until you are fourteen your guardian acts for you; you cannot let others do so."),
    Objection.UNKNOWN_CODE: (
        "code",
        "This code is unknown, was used already or is older than 15 minutes. Ask your relative for a new one.",
    ),
    Objection.OWN_CODE: ("code", "This is your own code. It is typed on the phone of whoever is to act for you."),
}
"""The field to which an objection belongs, and what is said there."""

blueprint = Blueprint("family", __name__, url_prefix="/p/<operator>/family")


@blueprint.get("")
@open_to(PATIENT)
def people() -> Response:
    """Everybody for whom the wallet user acts, and for whom they may act at this moment."""
    return show("family/people.html", {"next": next_page(address("patient.entry"))})


@blueprint.post("/choose")
@open_to(PATIENT)
def choose() -> Any:
    """The pages are about this person from now on, on this phone."""
    here, chosen = visit(), request.form.get("subject", "")
    if all(each.subject_id != chosen or not each.binding.rights for each in here.patients):
        raise BridgeError("HB-R002")
    _choose(chosen)
    return redirect(next_page(address("patient.entry")), 303)


@blueprint.get("/child")
@open_to(PATIENT)
def child() -> Response:
    """The form in which a guardian adds a child."""
    return _child_page({})


@blueprint.post("/child")
@open_to(PATIENT)
def add_child() -> Any:
    """Add the child and let the pages be about it."""
    here = visit()
    count_against(here.operator.id, f"family:{here.actor}", FAMILY)
    agreed = request.form.get("agreed") == "yes" and request.form.get("version") == GUARDIAN_TEXT_VERSION
    typed = Child(_typed("name"), _typed("id_number"), agreed)
    try:
        most = here.operator.most_family_members
        _choose(family.add_child(site().store, here.operator.id, here.principal, typed, most))
    except (Objected, NotVerified) as refusal:
        return _child_page(_errors(refusal))
    return redirect(address("patient.entry"), 303)


@blueprint.get("/code")
@open_to(PATIENT)
def code() -> Response:
    """Where the code of somebody who lets the wallet user act for them is typed."""
    return _code_page({})


@blueprint.post("/code")
@open_to(PATIENT)
def accept() -> Any:
    """Use the code up and let the pages be about whoever made it."""
    here = visit()
    count_against(here.operator.id, f"family:{here.actor}", FAMILY)
    try:
        most = here.operator.most_family_members
        _choose(family.accept(site().store, here.operator.id, here.principal, _typed("code"), most))
    except (Objected, NotVerified) as refusal:
        return _code_page(_errors(refusal))
    return redirect(address("patient.entry"), 303)


@blueprint.post("/leave")
@open_to(PATIENT)
def leave() -> Any:
    """Act no more for somebody else."""
    here = visit()
    if not family.leave(site().store, here.operator.id, here.principal, request.form.get("subject", "")):
        raise BridgeError("HB-R002")
    return redirect(address("family.people"), 303)


@blueprint.get("/for-me")
@open_to(PATIENT)
def for_me() -> Response:
    """Who acts for the wallet user, what they may do and since when; and the form to let somebody."""
    return _for_me_page({})


@blueprint.post("/for-me")
@open_to(Access(Area.PATIENT, once=False))
def invite() -> Response:
    """A new code; it is shown on the answer and nowhere else."""
    here = visit()
    rights = [right for right in Right if request.form.get(right.value) == "yes"]
    try:
        new = family.invite(site().store, here.operator.id, here.principal, rights)
    except (Objected, NotVerified) as refusal:
        return _for_me_page(_errors(refusal))
    return _for_me_page({}, code=new, chosen=rights)


@blueprint.post("/for-me/withdraw")
@open_to(PATIENT)
def withdraw() -> Any:
    """Whoever it is acts no more for the wallet user, from their next look on."""
    here = visit()
    if not family.withdraw(site().store, here.operator.id, here.principal, request.form.get("wallet_user", "")):
        raise BridgeError("HB-R002")
    return redirect(address("family.for_me"), 303)


def _typed(name: str) -> str:
    return request.form.get(name, "")[:LONGEST]


def _errors(refusal: Objected | NotVerified) -> Mapping[str, list[str]]:
    """The sentence under its field; BridgeError where the wallet user's own name is not confirmed."""
    if isinstance(refusal, NotVerified):
        raise BridgeError("HB-W004") from refusal
    name, sentence = OBJECTIONS[refusal.objection]
    return {name: [sentence]}


def _choose(subject_id: str) -> None:
    here = visit()
    with site().store.begin(here.operator.id) as work:
        Sessions(work).choose(here.secret, subject_id)


def _child_page(errors: Mapping[str, list[str]]) -> Response:
    typed = {name: _typed(name) for name in ("name", "id_number")}
    context = {"errors": errors, "typed": typed, "version": GUARDIAN_TEXT_VERSION}
    return show("family/child.html", context, UNPROCESSABLE if errors else 200)


def _code_page(errors: Mapping[str, list[str]]) -> Response:
    # The sentence about too many belongs to a child's number; here it stands under the only field there is.
    shown = {"code": [each for sentences in errors.values() for each in sentences]} if errors else {}
    return show("family/code.html", {"errors": shown, "typed": _typed("code")}, UNPROCESSABLE if errors else 200)


def _for_me_page(errors: Mapping[str, list[str]], code: str = "", chosen: list[Right] | None = None) -> Response:
    here = visit()
    try:
        with site().store.read(here.operator.id) as work:
            acting = family.representatives(work, here.principal)
    except NotVerified as refusal:
        raise BridgeError("HB-W004") from refusal
    context = {"acting": acting, "errors": errors, "code": code, "chosen": chosen or []}
    return show("family/for_me.html", context, UNPROCESSABLE if errors else 200)
