"""Giving cards out: the template's counter decides, and a card has its holder from the start."""

from __future__ import annotations

from hospital_bridge.cards.case import CardCase
from hospital_bridge.cards.model import CardEvent, CardRefusal, CardRefused, CardState
from hospital_bridge.cards.rules import expiry
from hospital_bridge.slot import CardTemplate, CardView
from hospital_bridge.store.cards import CardRow, TemplateRow


def put_template(case: CardCase, template: CardTemplate) -> None:
    """Make or change a template; IN_USE where that would change what somebody holds already."""
    if template.kind not in case.context.kinds:
        raise LookupError(f"this vertical declares no cards of the kind {template.kind!r}")
    wanted = TemplateRow(
        template.template_id,
        case.context.vertical,
        template.kind,
        template.title,
        template.rules,
        template.supply,
        template.each,
    )
    # Held until the commit, so that nobody is issued a card by the old rules in between.
    standing = case.work.cards.template(template.template_id, lock=True)
    if standing is None:
        case.work.cards.add_template(wanted)
        return
    if standing.vertical != wanted.vertical or (standing.issued and not _only_supply_differs(standing, wanted)):
        raise CardRefused(CardRefusal.IN_USE)
    case.work.cards.change_template(wanted)


def _only_supply_differs(standing: TemplateRow, wanted: TemplateRow) -> bool:
    same = (standing.kind, standing.title, standing.rules, standing.each)
    enough = wanted.supply is None or wanted.supply >= standing.issued
    return enough and same == (wanted.kind, wanted.title, wanted.rules, wanted.each)


def issue(case: CardCase, request_id: str, template_id: str, subject_id: str) -> CardView:
    """One card for a person; the same request gets the same card, and of the last one only one gets it."""
    template = case.template(template_id)
    if (card := _issued_before(case, request_id, template_id, subject_id)) is not None:
        return case.view(card)
    if template.rules.ends_at is not None and template.rules.ends_at <= case.work.now:
        raise CardRefused(CardRefusal.EXPIRED)
    taken = case.work.cards.take(template_id)
    # The counter is held from here to the commit, so that what is read now nobody else changes.
    if (card := _issued_before(case, request_id, template_id, subject_id)) is not None:
        _return(case, template_id, taken=taken)
        return case.view(card)
    if not taken:
        raise CardRefused(CardRefusal.SOLD_OUT)
    if case.work.cards.held(template_id, subject_id) >= template.each:
        _return(case, template_id, taken=taken)
        raise CardRefused(CardRefusal.HAS_ENOUGH)
    card = CardRow(
        card_id=case.work.ids.new(),
        vertical=case.context.vertical,
        template_id=template_id,
        subject_id=subject_id,
        request_id=request_id,
        state=CardState.ISSUED,
        issued_at=case.work.now,
        collected_at=None,
        expires_at=expiry(template.rules, None, case.context.zone),
    )
    case.work.cards.add(card)
    return case.view(card)


def collect(case: CardCase, card_id: str) -> CardView:
    """Its holder takes the card; its days begin to run."""
    card = case.card(card_id)
    expires_at = expiry(case.template(card.template_id).rules, case.work.now, case.context.zone)
    values = {"collected_at": case.work.now, "expires_at": expires_at}
    if case.work.cards.move(card_id, CardEvent.COLLECT, in_time=True, **values):
        return case.follow(card_id, CardEvent.COLLECT)
    standing = case.card(card_id)
    if standing.collected_at is not None:
        return case.view(standing)
    raise CardRefused(CardRefusal.VOID if standing.state is CardState.VOID else CardRefusal.EXPIRED)


def _issued_before(case: CardCase, request_id: str, template_id: str, subject_id: str) -> CardRow | None:
    card = case.work.cards.by_request(case.context.vertical, request_id)
    if card is not None and (card.template_id, card.subject_id) != (template_id, subject_id):
        raise CardRefused(CardRefusal.OTHER_REQUEST)
    return card


def _return(case: CardCase, template_id: str, *, taken: bool) -> None:
    if taken:
        case.work.cards.give_back(template_id)
