"""Every sentence of the pages exists in every language, and no catalogue holds what no page says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from marshmallow import fields

from adapters.errors import Reason
from adapters.invoices import InvoiceState
from adapters.values import EntryKind, TradeStatus
from hospital_bridge import administration, link_watch, money_rows
from hospital_bridge.error_codes import CODES
from hospital_bridge.identity.family import Objection
from hospital_bridge.order_desk import NO_WALLET, NOTHING_OWED
from hospital_bridge.payment.flows.staff_refund import Obstacle
from hospital_bridge.payment.model import Fulfilment, RefundReason, RefundState, RequestState, Situation
from hospital_bridge.payment.reconcile.statement import REASONS
from hospital_bridge.store.differences import Clue, Finding
from hospital_bridge.store.reconciliation import RunState, Step
from hospital_bridge.store.statements import SIDES
from hospital_bridge.verticals import district, transit
from hospital_bridge.verticals.district import looking_after as mall_care
from hospital_bridge.verticals.district import waitlist
from hospital_bridge.verticals.district.coupons import kinds
from hospital_bridge.verticals.district.pages import desk as desk_page
from hospital_bridge.verticals.district.pages import dining
from hospital_bridge.verticals.district.pages import statement as given_back
from hospital_bridge.verticals.district.selling import desk
from hospital_bridge.verticals.district.selling.money import NOT_AN_AMOUNT
from hospital_bridge.verticals.hospital import VERTICAL
from hospital_bridge.verticals.hospital import looking_after as hospital_care
from hospital_bridge.verticals.hospital.pages import hall
from hospital_bridge.verticals.hospital.settings import HospitalSettings
from hospital_bridge.verticals.hospital.visits.line_rules import CLINIC, LINE_RULES
from hospital_bridge.verticals.transit import looking_after
from hospital_bridge.web import (
    admin,
    bank,
    bank_words,
    console,
    deliveries,
    devices,
    family,
    finance_reads,
    finance_words,
    order_words,
    orders,
    received,
    security_words,
    statements,
    vouchers,
)
from hospital_bridge.web.admin_reads import Dismissal
from hospital_bridge.web.app import create_app
from hospital_bridge.web.cards import STATES, WEEKDAYS
from hospital_bridge.web.finance_reads import Decision, Explanation
from hospital_bridge.website import CONSENT
from hospital_bridge.workers.wire_watch import FRAMING_FAULT
from tests.hospital_words import hospital_words
from tests.web.site_kit import SiteKit
from tests.web.visitor import get

CORE, HOSPITAL = "hospital_bridge.web", "hospital_bridge.verticals.hospital"
WORDING = VERTICAL.wording
TRANSIT = "hospital_bridge.verticals.transit"
DISTRICT = "hospital_bridge.verticals.district"
OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
OF_MARSHMALLOW = (
    *fields.Field.default_error_messages.values(),
    fields.String.default_error_messages["invalid"],
    fields.Integer.default_error_messages["invalid"],
    "Not a valid date.",
)
OF_LINKS = (
    *administration.REMEDIES,
    *("feed", "his", "jobs", "listener", "outcomes", "peer", "wallet"),
    *(link_watch.SILENT, link_watch.LONG_UNKNOWN),
)
OF_WORK = {
    *administration.NEXT_STEPS,
    *admin.EFFECT_KINDS.values(),
    *console.CAUSES.values(),
    *console.REASONS.values(),
    *deliveries.KINDS.values(),
    *deliveries.OUTCOMES.values(),
    *deliveries.STATES.values(),
    *devices.KINDS.values(),
    admin.OTHER_EFFECT,
    *(text for situation in money_rows.SITUATIONS for text in situation),
    *(text for words in finance_words.DECISIONS.values() for text in (words.label, words.consequence)),
    *(sentence for _, sentence in family.OBJECTIONS.values()),
    *finance_words.EXPLANATIONS.values(),
    *admin.DISMISSALS.values(),
    *finance_words.FINDINGS.values(),
    *finance_words.KINDS.values(),
    *finance_words.STATES.values(),
    finance_words.UNLISTED_STEP,
    *finance_reads.WAITING_FOR.values(),
    *finance_words.PROPOSALS.values(),
    *finance_words.STEPS.values(),
    *finance_words.SHEET_HEADS,
    *statements.OBSTACLES.values(),
    *statements.CHANNELS.values(),
    *statements.SIDES.values(),
    *statements.VOUCHER_HEADS,
    *statements.ADDITION_HEADS,
    *statements.ADDED.values(),
    statements.THE_BRIDGE,
    statements.THE_COMMAND_LINE,
    *vouchers.SUBJECTS,
    *vouchers.SUMMARIES,
    *order_words.SENTENCES,
    *orders.FAULTS,
    *bank_words.FAULTS.values(),
    bank_words.NOTHING_FROM_THERE,
    bank_words.NOTHING_KEPT,
    bank.CHOOSE,
    *security_words.KINDS.values(),
    finance_words.NO_SUCH_DAY,
}
"""What the work list says of money, effects and differences."""
WALLETS = ("Alipay",)
"""Titles of wallet adapters, which stand on the sign-in button."""
FILLING = re.compile(r"%\(\w+\)[sd]")


def folder_of(package: str) -> Path:
    return Path(str(files(package)))


def spoken(package: str) -> set[str]:
    """What the templates of a package say."""
    found = extract_from_dir(folder_of(package), [("templates/**.html", "jinja2")], OPTIONS)
    messages = (message for _, _, message, _, _ in found)
    return {message if isinstance(message, str) else message[0] for message in messages}


def ids_of(package: str) -> set[str]:
    if package == HOSPITAL:
        told = {notice.sentence for notice in VERTICAL.messages}
        ranks = set(LINE_RULES.policies(HospitalSettings().load({}))[CLINIC].ranks)
        said_elsewhere = {hall.NO_NUMBER, *hospital_care.SENTENCES}
        return spoken(package) | said_elsewhere | {page.menu for page in VERTICAL.pages if page.menu} | ranks | told
    if package == TRANSIT:
        told = {notice.sentence for notice in transit.VERTICAL.messages}
        return (
            spoken(package)
            | {page.menu for page in transit.VERTICAL.pages if page.menu}
            | told
            | set(looking_after.SENTENCES)
        )
    if package == DISTRICT:
        mall = district.VERTICAL
        named = {text for kind in mall.cards for text in (kind.title, kind.note)}
        told = {notice.sentence for notice in mall.messages} | {page.menu for page in mall.pages if page.menu}
        refused = {kinds.NEEDS_PURCHASE, kinds.TOO_SMALL, desk.NO_PURCHASE, desk_page.SCAN, NOT_AN_AMOUNT}
        refused |= {given_back.TOO_MUCH, given_back.TOO_LARGE}
        passed = {dining.TOO_MANY, waitlist.TOO_SMALL, waitlist.NEEDED_FOR_LARGER, waitlist.MISSED_A_CALL}
        return spoken(package) | named | told | refused | passed | set(mall_care.SENTENCES)
    codes = {text for entry in CODES for text in (entry.title, entry.remedy)}
    consent = {text for purpose in CONSENT.purposes for text in (purpose.title, purpose.text)}
    unused = {"Invalid value.", "Unknown field."}
    return (
        spoken(package)
        | codes
        | consent
        | set(OF_LINKS)
        | OF_WORK
        | set(WALLETS)
        | set(received.STANDINGS.values())
        | set(STATES.values())
        | set(WEEKDAYS)
        | ({str(each) for each in OF_MARSHMALLOW} - unused)
    )


def catalogue(package: str, locale: str) -> Catalog:
    with (folder_of(package) / "catalogues" / f"{locale}.po").open("rb") as file:
        return read_po(file, locale=locale)


def said(catalog: Catalog) -> Mapping[str, str]:
    return {_first(message.id): _first(message.string) for message in catalog if message.id}


def _first(text: object) -> str:
    """The sentence, or of a plural the first form."""
    return text if isinstance(text, str) else str(next(iter(text)))  # type: ignore[call-overload]  # a tuple then


@pytest.mark.parametrize("package", [CORE, HOSPITAL, TRANSIT, DISTRICT])
@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_a_catalogue_holds_exactly_what_is_said(package: str, locale: str) -> None:
    assert set(said(catalogue(package, locale))) == ids_of(package)


@pytest.mark.parametrize("package", [CORE, HOSPITAL, TRANSIT, DISTRICT])
def test_every_sentence_is_said_in_chinese_with_the_same_fillings(package: str) -> None:
    for sentence, chinese in said(catalogue(package, "zh_CN")).items():
        assert chinese, sentence
        assert set(FILLING.findall(chinese)) == set(FILLING.findall(sentence))


def test_a_page_speaks_the_language_that_was_asked_for(browser: FlaskClient) -> None:
    assert "在家挂号" in get(browser, "/p/h1/").text
    assert "Register from home" in get(browser, "/p/h1/?lang=en").text
    assert "Register from home" in get(browser, "/p/h1/").text, "the choice is remembered"
    assert "在家挂号" in get(browser, "/p/h1/?lang=zh-CN").text
    assert "在家挂号" in get(browser, "/p/h1/?lang=xx").text


def test_care_mode_is_remembered_beside_the_language(browser: FlaskClient) -> None:
    get(browser, "/p/h1/?lang=en")
    get(browser, "/p/h1/?mode=care")
    page = get(browser, "/p/h1/consent").text
    assert '<html lang="en" class="care">' in page
    assert 'data-weui-mode="care"' in page


def test_every_objection_to_a_family_member_has_words_and_a_field() -> None:
    assert set(family.OBJECTIONS) == set(Objection)


def test_every_finding_kind_and_state_of_a_reconciliation_has_words() -> None:
    assert set(finance_words.FINDINGS) == set(Finding)
    assert set(finance_words.KINDS) == set(EntryKind)
    assert set(finance_words.STATES) == set(RunState)
    assert set(finance_words.STEPS) == set(Step)
    assert {key.split("/")[0] for key in finance_words.PROPOSALS} == set(Finding)
    assert {key.split("/")[1] for key in finance_words.PROPOSALS if "/" in key} <= set(Clue)
    assert set(statements.OBSTACLES) == set(REASONS)
    assert set(statements.SIDES) == set(SIDES)
    assert set(finance_words.DECISIONS) == set(Decision)
    assert set(finance_words.EXPLANATIONS) == set(Explanation)
    assert set(admin.DISMISSALS) == set(Dismissal)


def test_every_state_reason_and_obstacle_of_an_order_has_words() -> None:
    assert set(order_words.SITUATIONS) == set(Situation)
    assert set(order_words.REASONS) == set(RefundReason)
    assert set(order_words.OBSTACLES) == set(Obstacle)
    assert set(order_words.REFUND_STATES) == set(RefundState)
    assert set(order_words.REVERSALS) == {"", *Fulfilment}
    assert set(order_words.REQUEST_STATES) == set(RequestState)
    assert set(order_words.INVOICES) == {*InvoiceState} - {InvoiceState.ISSUED}
    assert set(order_words.HEARD_OF_WALLET) == {"", NOTHING_OWED, NO_WALLET, *TradeStatus}
    assert set(order_words.REFUSALS) == set(Reason)


def test_every_kind_of_security_event_has_words() -> None:
    sources = "\n".join(file.read_text() for file in folder_of("hospital_bridge").rglob("*.py"))
    recorded = re.findall(r'security_events\.record\(\s*"([^"]+)"|note_failure\([^)"]*"([^"]+)"', sources)
    assert {FRAMING_FAULT, *(kind for kinds in recorded for kind in kinds if kind)} == set(security_words.KINDS)


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_no_word_of_the_hospital_is_shadowed_by_the_core(locale: str) -> None:
    """The core's sentences are asked first: a word that means something else at a hospital needs an id of its own."""
    core = {**said(catalogue(CORE, locale)), **said(catalogue(WORDING, locale))}
    hospital = said(catalogue(HOSPITAL, locale))
    assert {each: hospital[each] for each in core.keys() & hospital.keys() if core[each] != hospital[each]} == {}


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_no_sentence_of_the_core_speaks_of_a_hospital(locale: str) -> None:
    told = said(catalogue(CORE, locale))
    assert {each: words for each, words in told.items() if hospital_words(f"{each} {words}")} == {}


def test_an_operator_without_the_hospital_is_not_spoken_of_as_one(kit: SiteKit) -> None:
    bare = replace(kit.site.operators["h1"], verticals={})
    kit.site = replace(kit.site, operators={**kit.site.operators, "h1": bare})
    one, other = create_app(kit.site).test_client(), create_app(kit.site).test_client()
    assert "不另收服务费" in get(one, "/p/h1/").text
    assert "本院不收服务费" in get(other, "/p/h2/").text
