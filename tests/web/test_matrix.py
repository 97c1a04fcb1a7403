"""Every route, every role, two operators: who is let in is stated here once more, and nobody else is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from hospital_bridge.slot import LineOpening
from hospital_bridge.store.api_keys import ApiKeys
from hospital_bridge.store.deliveries import DeliveryKind, NewDelivery
from hospital_bridge.store.devices import DeviceKind, Devices
from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.verticals.hospital.api import REPORTS_ACKNOWLEDGE, REPORTS_READ
from hospital_bridge.verticals.hospital.registration import State
from hospital_bridge.verticals.hospital.visits.line_rules import CLINIC
from hospital_bridge.web.access import UndeclaredRoute
from hospital_bridge.web.api import JOBS_REPLAY, LINKS_READ, QUEUE_CALL
from hospital_bridge.web.app import create_app
from hospital_bridge.website import CONSENT
from notifications.delivery import begun, given_up
from tests.web.money_here import paid_order, waiting_refund
from tests.web.scripted_finance import AS_SHOWN
from tests.web.scripted_hospital import TOKEN
from tests.web.scripted_results import CRITICAL, FINAL_REPORT, PARKED, SUBJECT
from tests.web.scripted_stays import STAY_ID, stay
from tests.web.site_kit import SiteKit
from tests.web.test_devices import enrol_device
from tests.web.test_received_pages import park_message
from tests.web.visitor import HTTPS, get, hidden_of, sign_in, staff_sign_in

DESK = "hospital.CARD.P01"
RECEIVER = "emr"
AT_WORK = ("admin", "auditor", "nurse", "clinician", "records", "reader", "finance", "help_desk")
PEOPLE = ("stranger", "patient", *AT_WORK, "board", "kiosk")
CALLERS = (*PEOPLE, "links_key", "jobs_key", "queue_key", "reports_key", "word_key")
EVERYBODY = frozenset(CALLERS)
STAFF = frozenset(AT_WORK)
MONEY = frozenset({"admin", "finance"})
COUNTER = frozenset({"help_desk", "finance"})
NOBODY: frozenset[str] = frozenset()

EXPECTED: dict[str, frozenset[str]] = {
    "admin.audit": frozenset({"auditor"}),
    "admin.dismiss": frozenset({"admin"}),
    "admin.links": STAFF,
    "admin.replay": frozenset({"admin"}),
    "admin.security": frozenset({"auditor"}),
    "admin.work": frozenset({"admin"}),
    "finance.consider": MONEY,
    "finance.decide": MONEY,
    "finance.explain": MONEY,
    "finance.compare_again": MONEY,
    "finance.reconciliation": MONEY,
    "finance.saved_differences": MONEY,
    "bank.form": MONEY,
    "bank.read_in": MONEY,
    "statements.of_day": MONEY,
    "statements.saved": MONEY,
    "statements.saved_additions": MONEY,
    "statements.credited": MONEY,
    "statements.sign": MONEY,
    "orders.ask_again": COUNTER,
    "orders.find": COUNTER,
    "orders.one": COUNTER,
    "orders.search": COUNTER,
    # These two want a sum and a reason, or a second person's password (test_refund_pages).
    "refunds.approve": NOBODY,
    "refunds.ask": NOBODY,
    "refunds.consider": frozenset({"finance"}),
    "refunds.decline": frozenset({"finance"}),
    "refunds.one": frozenset({"finance"}),
    "refunds.waiting": frozenset({"finance"}),
    "api.links": frozenset({"links_key"}),
    "api.replay": frozenset({"jobs_key"}),
    "api.version": EVERYBODY,
    "assets.file": EVERYBODY,
    "callbacks.hint": EVERYBODY,
    "callbacks.notice": EVERYBODY,
    "devices.add": frozenset({"admin"}),
    "devices.entry": EVERYBODY,
    # Open to all and closed by the one-use code (test_devices).
    "devices.enrol": NOBODY,
    "devices.revoke": frozenset({"admin"}),
    "devices.standing": frozenset({"admin"}),
    "health.live": EVERYBODY,
    "health.metrics": EVERYBODY,
    "health.ready": EVERYBODY,
    "board.board": frozenset({"board"}),
    "console.act": frozenset({"nurse", "clinician"}),
    "console.act_of_system": frozenset({"queue_key"}),
    "console.desk": frozenset({"nurse", "clinician"}),
    "console.desk_of_system": frozenset({"queue_key"}),
    "console.desks": frozenset({"nurse", "clinician"}),
    "hospital:arrivals": frozenset({"nurse"}),
    "hospital:arrivals.check_in": frozenset({"nurse"}),
    "hospital:desk": frozenset({"nurse"}),
    "hospital:kiosk": frozenset({"kiosk"}),
    "hospital:kiosk.check_in": frozenset({"kiosk"}),
    "hospital:api:acknowledge": frozenset({"word_key"}),
    "hospital:api:look": frozenset({"word_key"}),
    "hospital:api:report": frozenset({"reports_key"}),
    "hospital:critical": frozenset({"clinician"}),
    "hospital:critical.acknowledge": frozenset({"clinician"}),
    "hospital:critical_value": frozenset({"clinician"}),
    "hospital:parked": frozenset({"records"}),
    "hospital:parked.find": frozenset({"records"}),
    "hospital:parked.match": frozenset({"records"}),
    "hospital:parked.refuse": frozenset({"records"}),
    "hospital:parked_report": frozenset({"records"}),
    "hospital:review": frozenset({"clinician"}),
    "hospital:review.seen": frozenset({"clinician"}),
    # The hospital gives out no cards (test_cards_pages).
    "card_desk.redeem": NOBODY,
    "card_desk.redeemed": NOBODY,
    "card_desk.terminal": NOBODY,
    "cards.card": NOBODY,
    "cards.collect": NOBODY,
    "cards.held": frozenset({"patient"}),
    "consents.standing": frozenset({"patient"}),
    "consents.give": frozenset({"patient"}),
    "consents.withdraw": frozenset({"patient"}),
    # Whoever acts for nobody has nobody to choose (test_family_pages).
    "family.choose": NOBODY,
    "family.people": frozenset({"patient"}),
    "family.child": frozenset({"patient"}),
    "family.code": frozenset({"patient"}),
    # Closed to whoever's own name is not confirmed, as nobody's is here (test_family_pages).
    "family.accept": NOBODY,
    "family.add_child": NOBODY,
    "family.for_me": NOBODY,
    "family.invite": NOBODY,
    "family.leave": NOBODY,
    "family.withdraw": NOBODY,
    "deliveries.enable_endpoint": frozenset({"admin"}),
    "deliveries.latest": frozenset({"admin"}),
    "deliveries.one": frozenset({"admin"}),
    "deliveries.replay": frozenset({"admin"}),
    "messages.inbox": frozenset({"patient"}),
    "received.content": frozenset({"reader"}),
    "received.dismiss": frozenset({"admin"}),
    "received.find": frozenset({"admin"}),
    "received.log": frozenset({"admin"}),
    "received.one": frozenset({"admin"}),
    "received.hold_against": frozenset({"admin"}),
    "received.replay": frozenset({"admin"}),
    "received.standard": frozenset({"admin"}),
    "received.standard_of": frozenset({"admin"}),
    "patient.agree": EVERYBODY,
    "patient.consent": EVERYBODY,
    "patient.entry": EVERYBODY,
    "patient.logout": frozenset({"patient"}),
    # The way back from the wallet is open to all and closed by its one-use state (test_patient_login).
    "patient.signed_in": NOBODY,
    "staff.choose_operator": EVERYBODY,
    "staff.handover": STAFF,
    "staff.login": EVERYBODY,
    "staff.logout": STAFF,
    # These two are open to all and closed by the password (test_staff_login).
    "staff.sign_in": NOBODY,
    "staff.take_over": NOBODY,
}


@dataclass
class Caller:
    """Somebody at operator h1 with everything that they may have."""

    name: str
    browser: FlaskClient
    bearer: str = ""

    def ask(self, app: Flask, rule: Rule, operator: str, secrets: Secrets) -> TestResponse:
        path = secrets.fill(app, rule, operator)
        headers = {"Authorization": f"Bearer {self.bearer}", "Idempotency-Key": path[-90:]} if self.bearer else {}
        if "POST" not in (rule.methods or ()):
            return self.browser.get(path, base_url=HTTPS, headers=headers)
        if path.startswith("/api/"):
            return self.browser.post(path, base_url=HTTPS, headers=headers, json=secrets.form)
        form = hidden_of(get(self.browser, self._form_page(path, operator))) | secrets.form
        return self.browser.post(path, base_url=HTTPS, headers=headers, data=form)

    def _form_page(self, path: str, operator: str) -> str:
        """Some page of that area that gives this caller a session and a form."""
        if path.startswith("/staff/"):
            return f"/staff/{operator}/" if self.name in STAFF else f"/staff/{operator}/login"
        if path.startswith("/device/"):
            return f"/device/{operator}/hospital/kiosk" if self.name == "kiosk" else f"/device/{operator}/"
        return f"/p/{operator}/" if (self.name, operator) == ("patient", "h1") else f"/p/{operator}/consent"


@dataclass
class Secrets:
    """Ids that exist at h1, and a form that every page accepts."""

    registration: str
    bill: str
    order: str
    refund: str
    job: str
    device: str
    delivery: str
    messages: tuple[str, str]
    asset: str
    form: dict[str, str]

    def fill(self, app: Flask, rule: Rule, operator: str) -> str:
        values = {
            "operator": operator,
            "registration": self.registration,
            "bill": self.bill,
            "stay": STAY_ID,
            "report": FINAL_REPORT,
            "critical": CRITICAL,
            "parked": PARKED,
            "number": "1",
            "job_id": self.job,
            "device_id": self.device,
            "delivery_id": self.delivery,
            "message_id": self.messages[rule.endpoint == "received.replay"],
            "receiver": RECEIVER,
            "vertical": "hospital",
            "desk_id": DESK,
            "card_id": "5" * 32,
            "button": "open",
            "visit": "5" * 32,
            "about": f"paid-{operator}",
            "decision": "fulfilled",
            "payment_id": self.order,
            "request_id": self.refund,
            "department": "CARD",
            "practitioner": "P01",
            "account": "alipay",
            "system": "his",
            "digest": self.asset.split("/")[0],
            "name": self.asset.split("/", 1)[1],
        }
        answers = set(self.form) if rule.endpoint in ("hospital:confirm", "hospital:scan") else set()
        asked = {name: value for name, value in (self.form | values).items() if name in rule.arguments | answers}
        return str(app.url_map.bind("bridge.example").build(rule.endpoint, asked))


@pytest.fixture
def callers(app: Flask, kit: SiteKit) -> dict[str, Caller]:
    made = {name: Caller(name, app.test_client()) for name in CALLERS}
    sign_in(made["patient"].browser, "h1")
    for name in STAFF:
        kit.add_staff("h1", name, RoleGrant(name))
        staff_sign_in(made[name].browser, "h1", name)
    enrol_device(made["board"].browser, kit, "h1")
    enrol_device(made["kiosk"].browser, kit, "h1", kind=DeviceKind.KIOSK)
    with kit.site.store.begin("h1") as work:
        made["links_key"].bearer = ApiKeys(work).issue("monitoring", frozenset({LINKS_READ}))
        made["queue_key"].bearer = ApiKeys(work).issue("doctors", frozenset({QUEUE_CALL}))
        made["jobs_key"].bearer = ApiKeys(work).issue("operations", frozenset({JOBS_REPLAY}))
        made["reports_key"].bearer = ApiKeys(work).issue("ward", frozenset({REPORTS_READ}))
        made["word_key"].bearer = ApiKeys(work).issue("doctors", frozenset({REPORTS_ACKNOWLEDGE}))
    return made


@pytest.fixture
def secrets(kit: SiteKit, callers: dict[str, Caller]) -> Secrets:
    kit.scopes["h1"].bound = kit.scopes["h2"].bound = True
    home = get(callers["patient"].browser, "/p/h1/").text
    asset = re.search(r"/static/([^\"]+hb\.css)", home)
    assert asset is not None
    with kit.site.store.read("h1") as work:
        owner = work.connection.exec_driver_sql(
            "SELECT wallet_user_id FROM wallet_user WHERE operator_id = 'h1'"
        ).scalar_one()
    form = {
        "token": TOKEN,
        "department": "CARD",
        "practitioner": "P01",
        "day": "2026-11-24",
        "slot": "S11241",
        "difference": "one",
        "amount": "3000",
        "credited": "12.00",
        "yuan": "100",
        "action": "watch",
        "read_back": "6.8",
        "clinician": "D1",
        "subject": SUBJECT,
        "id_number": "1",
        "reason": "test",
        "seen": AS_SHOWN,
    }
    agreement = {"version": CONSENT.version, "account": "alipay", "real_name": "yes", "medical_record": "yes"}
    registration = kit.scopes["h1"].register(State.REGISTERED, "done", owner=owner)
    bill = kit.scopes["h1"].charge()
    kit.scopes["h1"].stays = [stay()]
    with kit.site.store.begin("h1") as work:
        parked = (park_message(work), park_message(work, "C2"))
        device_id, _ = Devices(work).add(DeviceKind.KIOSK, "Hall 2", ())
        delivery = work.deliveries.add(NewDelivery(DeliveryKind.WEBHOOK, "e", "lis", "s", 5, begun(work.now)))
        work.deliveries.change(delivery, given_up(delivery.standing), "HTTP 500")
        work.webhooks.disable(RECEIVER, "HTTP 410")
    for scope in kit.scopes.values():
        with scope.begin() as unit:
            unit.lines.open(LineOpening("hospital.CARD.P01", unit.lines.today(), "Cardiology", "A", CLINIC))
            unit.lines.put_desk(DESK, "Room 1", ["hospital.CARD.P01"])
    device = {"kind": "board", "name": "Hall 3", "number": "1", "at": "all", "w": "1", "s": "1"}
    told = form | agreement | device | {"receipt_no": "R7"}
    order, refund = paid_order(kit.money), waiting_refund(kit)
    return Secrets(
        registration, bill, order.payment_id, refund, "job-h1", device_id, delivery.delivery_id, parked, asset[1], told
    )


def rules(app: Flask) -> Iterator[Rule]:
    yield from sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint.endswith("logout"), rule.endpoint))


def expected(rule: Rule) -> frozenset[str]:
    if rule.endpoint in EXPECTED:
        return EXPECTED[rule.endpoint]
    assert rule.endpoint.startswith("hospital:"), f"state who may come to {rule.endpoint}"
    return frozenset({"patient"})


def let_in(answer: TestResponse) -> bool:
    """Whether the view itself answered, rather than the guard or a login."""
    to_login = answer.status_code == 303 and re.search(
        r"/(login|consent)(\?|$)|/device/\w+/(\?|$)", answer.headers["Location"]
    )
    return answer.status_code < 400 and not (to_login and "/logout" not in answer.request.path)


def test_each_caller_is_let_in_exactly_where_stated(app: Flask, callers: dict[str, Caller], secrets: Secrets) -> None:
    seen = {}
    for rule in rules(app):
        seen[rule.endpoint] = {name for name in CALLERS if let_in(callers[name].ask(app, rule, "h1", secrets))}
    assert seen == {rule.endpoint: expected(rule) for rule in rules(app)}


def test_no_caller_of_one_operator_is_anybody_at_another(
    app: Flask, callers: dict[str, Caller], secrets: Secrets, kit: SiteKit
) -> None:
    before = repr(kit.scopes["h2"])
    seen = {}
    for rule in rules(app):
        if "operator" in rule.arguments:
            seen[rule.endpoint] = {name for name in CALLERS if let_in(_at_h2(app, callers[name], rule, secrets))}
    assert {endpoint: who for endpoint, who in seen.items() if who} == {
        rule.endpoint: EVERYBODY for rule in rules(app) if "operator" in rule.arguments and expected(rule) == EVERYBODY
    }
    assert repr(kit.scopes["h2"]) == before
    assert all(operator_id == "h1" for operator_id, *_ in [*kit.admin.replayed, *kit.admin.dismissed])
    assert {operator_id for operator_id, *_ in [*kit.finance.decided, *kit.finance.explained, *kit.finance.signed]} <= {
        "h1"
    }


def _at_h2(app: Flask, caller: Caller, rule: Rule, secrets: Secrets) -> TestResponse:
    for cookie in ("hb_patient", "hb_staff", "hb_device"):
        _carry_cookie_over(caller.browser, cookie)
    return caller.ask(app, rule, "h2", secrets)


def _carry_cookie_over(browser: FlaskClient, name: str) -> None:
    """A browser that ignored the cookie's path and sent h1's secret to h2."""
    prefix = {"hb_patient": "p", "hb_staff": "staff", "hb_device": "device"}[name]
    cookie = browser.get_cookie(name, path=f"/{prefix}/h1/", domain="bridge.example")
    if cookie is not None:
        browser.set_cookie(name, cookie.value, path=f"/{prefix}/h2/", domain="bridge.example")


def test_an_operator_that_does_not_exist(app: Flask, callers: dict[str, Caller], secrets: Secrets) -> None:
    for rule in rules(app):
        if "operator" in rule.arguments:
            assert callers["admin"].ask(app, rule, "h3", secrets).status_code in (404, 403)


def test_a_route_that_declares_nothing_stops_the_start(kit: SiteKit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("hospital_bridge.web.health.live.access")
    with pytest.raises(UndeclaredRoute, match=r"health\.live"):
        create_app(kit.site)
