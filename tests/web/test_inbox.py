"""The inbox in the pages: what a wallet user was told, in their language, new until looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from adapters.values import WalletAccount
from hospital_bridge.slot import Notice
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.messages import MessagesFacade, Teller
from hospital_bridge.web.app import create_app
from notifications.catalogue import Entry
from notifications.message import Kind, Template, Value
from tests.steered import CountedIds, FakeClock
from tests.web.site_kit import make_kit
from tests.web.visitor import get, sign_in

NOTICES = (
    Notice(Entry("place", "holder", Template("place", {"name": Kind.LABEL})), "For: %(name)s · change"),
    Notice(
        Entry("paid", "holder", Template("paid", {"fee": Kind.MONEY, "at": Kind.INSTANT})),
        "%(fee)s at %(at)s",
        page="registration",
    ),
)
INBOX, ENTRY, PAYER = "/p/h1/messages", "/p/h1/", "2088000000000001"


@pytest.fixture
def patient(store: Store, clock: FakeClock, ids: CountedIds) -> FlaskClient:
    """Somebody signed in where the hospital declares NOTICES."""
    site = make_kit(store, clock, ids).site
    operators = {}
    for each, operator in site.operators.items():
        plugged = operator.verticals["hospital"]
        vertical = replace(plugged.vertical, messages=NOTICES)
        operators[each] = replace(operator, verticals={"hospital": replace(plugged, vertical=vertical)})
    browser = create_app(replace(site, operators=operators)).test_client()
    sign_in(browser, "h1", PAYER)
    return browser


def tell(store: Store, event: str, parameters: dict[str, Value], about: str = "", payer: str = PAYER) -> None:
    with store.begin("h1") as work:
        user = work.wallet_users.keep("alipay", WalletAccount(payer), "zh-CN")
        facade = MessagesFacade(Teller.of("hospital", NOTICES), work)
        assert facade.tell(event, "holder", user, parameters, dedupe_key=f"{event}.{about}", about=about)


def test_a_message_is_read_in_the_readers_language(store: Store, patient: FlaskClient) -> None:
    tell(store, "place", {"name": "<b>3</b>"})
    assert "就诊人：&lt;b&gt;3&lt;/b&gt; · 切换" in get(patient, INBOX).text
    assert "Patient: &lt;b&gt;3&lt;/b&gt; · change" in get(patient, f"{INBOX}?lang=en").text


def test_money_and_time_are_said_as_the_pages_say_them_and_lead_to_more(store: Store, patient: FlaskClient) -> None:
    tell(store, "paid", {"fee": 1250, "at": datetime(2026, 11, 23, 1, 5, tzinfo=UTC)}, about="a" * 32)
    page = get(patient, INBOX).text
    assert "¥12.50 at 11月23日 星期一 09:05" in page
    assert f'href="/p/h1/hospital/registrations/{"a" * 32}"' in page


def test_the_service_window_counts_what_is_new_until_it_was_looked_at(store: Store, patient: FlaskClient) -> None:
    def mark() -> str:
        cell = get(patient, ENTRY).text.split(f'href="{INBOX}"')[1].split("</li>")[0]
        return cell.split('weui-cell__ft">')[1].split("<")[0]

    assert mark() == ""
    tell(store, "place", {"name": "1"}, "1")
    tell(store, "place", {"name": "2"}, "2")
    tell(store, "place", {"name": "3"}, "3", payer="2088000000000002")
    assert mark() == "2"
    assert get(patient, INBOX).text.count("hb-tag_wait") == 2
    assert mark() == ""
    assert "hb-tag_wait" not in get(patient, INBOX).text


def test_nobody_reads_what_another_was_told(store: Store, patient: FlaskClient) -> None:
    tell(store, "place", {"name": "secret"}, payer="2088000000000002")
    assert "secret" not in get(patient, INBOX).text
    assert "暂时没有消息" in get(patient, INBOX).text


def test_a_visitor_has_no_inbox(patient: FlaskClient) -> None:
    stranger = patient.application.test_client()
    assert INBOX not in get(stranger, ENTRY).text
    assert get(stranger, INBOX).status_code == 303
