"""Finance reads the bank's own statement in: every day of it, or with one wrong row nothing."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hospital_bridge.payment.reconcile.bank_file import Fault, Told
from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.web.bank_words import FAULTS
from hospital_bridge.web.finance_reads import BankFileRead
from tests.web.site_kit import SiteKit
from tests.web.visitor import HTTPS, get, hidden_of, staff_sign_in

PAGE = "/staff/h1/bank/"
HEAD = "交易日期,贷方金额,交易流水号,对方户名\n"
TWO_DAYS = HEAD + "2026-11-21,590.00,A1,支付宝\n2026-11-22,600.36,A2,支付宝\n2026-11-22,12.00,A3,王五\n"


@pytest.fixture
def finance(browser: FlaskClient, kit: SiteKit) -> FlaskClient:
    kit.add_staff("h1", "qian", RoleGrant("finance"))
    staff_sign_in(browser, "h1", "qian")
    get(browser, "/staff/h1/reconciliation?lang=en")
    return browser


def read_in(browser: FlaskClient, text: str | None, **fields: str) -> TestResponse:
    form = hidden_of(get(browser, PAGE)) | {"account": "alipay", "settled_after": "1", "sent_by": ""} | fields
    file = {} if text is None else {"file": (io.BytesIO(text.encode("gbk")), "statement.csv")}
    return browser.post(PAGE, base_url=HTTPS, data=form | file, content_type="multipart/form-data")


def test_every_day_of_the_file_is_kept_and_leads_to_its_statement(finance: FlaskClient, kit: SiteKit) -> None:
    page = read_in(finance, TWO_DAYS, sent_by="支付宝")
    assert page.status_code == 200
    assert kit.finance.credited == {date(2026, 11, 20): 59000, date(2026, 11, 21): 60036}
    for words in ("¥590.00", "¥600.36", "/staff/h1/statements/2026-11-21", "1 credit is from somebody else", "New"):
        assert words in page.text, words


def test_reading_a_file_again_says_that_its_days_are_known(finance: FlaskClient) -> None:
    read_in(finance, TWO_DAYS, sent_by="支付宝")
    assert read_in(finance, TWO_DAYS, sent_by="支付宝").text.count("Told before") == 2


def test_with_one_wrong_row_nothing_is_kept_and_each_is_told_with_its_line(finance: FlaskClient, kit: SiteKit) -> None:
    page = read_in(finance, HEAD + "2026-11-21,590.00,A1,支付宝\n2026-11-22,6.005,A2,支付宝\nmonday,1.00,A3,支付宝\n")
    assert (page.status_code, kit.finance.credited) == (422, {})
    for words in ("Nothing was kept", "line 3: not an amount in yuan", "6.005", "line 4: not a date: monday"):
        assert words in page.text, words


def test_a_file_without_a_credit_from_there_is_not_said_to_be_kept(finance: FlaskClient, kit: SiteKit) -> None:
    page = read_in(finance, TWO_DAYS, sent_by="财付通").text
    assert ("Nothing was kept: no credit" in page, "Kept. Each day" in page, kit.finance.credited) == (True, False, {})
    assert "3 credits are from somebody else" in page


def test_what_was_chosen_is_still_chosen_on_the_page_that_tells_what_is_wrong(finance: FlaskClient) -> None:
    page = read_in(finance, "nothing", sent_by="财付通", settled_after="3").text
    assert 'value="财付通"' in page
    assert "<option selected>3</option>" in page


def test_the_account_that_was_chosen_stays_chosen_and_is_named_with_what_was_kept(
    finance: FlaskClient, kit: SiteKit
) -> None:
    operators: Any = kit.site.operators
    here = operators["h1"]
    operators["h1"] = replace(here, wallets={"aaa": here.wallets["alipay"], **here.wallets})
    assert "<option selected>alipay</option>" in read_in(finance, "nothing").text
    kept = read_in(finance, TWO_DAYS, sent_by="支付宝").text
    assert "Credited by the bank: alipay" in kept
    assert "<option selected>alipay</option>" in kept


def test_a_long_list_of_wrong_rows_ends_with_how_many_more_there_are(finance: FlaskClient) -> None:
    page = read_in(finance, HEAD + "".join(f"monday,1.00,A{n},支付宝\n" for n in range(60))).text
    assert (page.count("not a date"), "10 more rows are wrong." in page) == (50, True)


@pytest.mark.parametrize("fields", [{"account": "nobody"}, {"settled_after": "9"}, {"settled_after": "x"}])
def test_what_the_form_does_not_offer_is_refused(finance: FlaskClient, kit: SiteKit, fields: dict[str, str]) -> None:
    answer = read_in(finance, TWO_DAYS, **fields)
    assert (answer.status_code, "HB-R001" in answer.text, kit.finance.credited) == (422, True, {})


def test_a_form_without_a_file_asks_for_it(finance: FlaskClient, kit: SiteKit) -> None:
    assert "Choose the file first." in read_in(finance, None).text
    assert kit.finance.credited == {}


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_has_a_sentence(
    finance: FlaskClient, kit: SiteKit, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    told = BankFileRead([Told(7, "<b>x</b>", fault)])
    monkeypatch.setattr(kit.finance, "read_bank_file", lambda *_, **__: told)
    page = read_in(finance, TWO_DAYS).text
    assert FAULTS[fault].partition("%")[0] in page.replace("&#39;", "'")
    assert "<b>x" not in page


def test_one_form_with_another_file_is_not_the_same_request(finance: FlaskClient, kit: SiteKit) -> None:
    form = hidden_of(get(finance, PAGE)) | {"account": "alipay", "settled_after": "1", "sent_by": "支付宝"}

    def send(text: str) -> int:
        file = {"file": (io.BytesIO(text.encode("gbk")), "statement.csv")}
        answer = finance.post(PAGE, base_url=HTTPS, data=form | file, content_type="multipart/form-data")
        return answer.status_code

    assert [send(TWO_DAYS), send(TWO_DAYS), send(TWO_DAYS.replace("590.00", "591.00"))] == [200, 200, 409]
    assert kit.finance.credited[date(2026, 11, 20)] == 59000
