"""Finance finds an order, considers a refund and asks for it; a second person approves what is large."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from adapters.invoices import InvoiceState
from hospital_bridge.payment.model import Payment, RefundState
from hospital_bridge.store.refund_requests import RefundRequests
from hospital_bridge.store.staff import RoleGrant
from tests.web.money_here import CARD, ID_NUMBER, MADE_UP_DAY, paid_order
from tests.web.site_kit import PASSWORD, SiteKit
from tests.web.visitor import get, hidden_of, post, staff_sign_in

ORDERS = "/staff/h1/orders"


@pytest.fixture
def order(kit: SiteKit) -> Payment:
    return paid_order(kit.money)


@pytest.fixture
def large(kit: SiteKit) -> Payment:
    return paid_order(kit.money, fen=100_000)


@pytest.fixture
def person(app: Flask, kit: SiteKit) -> Callable[[str, str], FlaskClient]:
    def sign_in(name: str, role: str) -> FlaskClient:
        browser = app.test_client()
        kit.add_staff("h1", name, RoleGrant(role))
        staff_sign_in(browser, "h1", name)
        get(browser, "/staff/h1/?lang=en")
        return browser

    return sign_in


@pytest.fixture
def li(person: Callable[[str, str], FlaskClient]) -> FlaskClient:
    return person("li", "finance")


def form_of(order: Payment, fen: str, reason: str = "not_done") -> str:
    return f"{ORDERS}/{order.payment_id}/refund?amount={fen}&reason={reason}"


def send(browser: FlaskClient, order: Payment, amount: str, **more: str) -> tuple[int, str]:
    page = form_of(order, amount)
    told = {"amount": amount, "reason": "not_done", **more}
    seen = {"seen_fen": str(order.refundable_fen)} | hidden_of(get(browser, page))
    sent = post(browser, page.split("?")[0], seen | told)
    return sent.status_code, sent.headers.get("Location", "") or sent.text


def refunds(kit: SiteKit, order: Payment) -> list[tuple[int, RefundState]]:
    with kit.site.store.read("h1") as work:
        return [(each.amount_fen, each.state) for each in work.refunds.of(order.payment_id)]


def trail(kit: SiteKit) -> list[str]:
    with kit.site.store.read("h1") as work:
        return [entry.action for entry in reversed(work.audit.latest())]


@pytest.mark.parametrize("by", ["order", "trade", "receipt", "serial", "card", "id", "day"])
def test_an_order_is_found_in_three_steps_by_whatever_is_in_the_hand(
    li: FlaskClient, kit: SiteKit, order: Payment, by: str
) -> None:
    numbers = {
        "order": order.merchant_order_no,
        "trade": order.provider_trade_no,
        "receipt": "R7",
        "serial": order.payment_id.upper(),
        "card": CARD.lower(),
        "id": f" {ID_NUMBER[:6]} {ID_NUMBER[6:]}",
    }
    asked = {"day": MADE_UP_DAY.isoformat(), "amount": "50"} if by == "day" else {"number": numbers[by]}
    found = post(li, ORDERS, asked, from_page=ORDERS)
    assert (found.status_code, found.headers["Location"]) == (303, f"{ORDERS}/{order.payment_id}")
    page = get(li, found.headers["Location"]).text
    for words in ("Paid and booked", "¥50.00", "李*明", "4477", "R7", order.provider_trade_no):
        assert words in page, words
    assert ID_NUMBER not in page
    assert trail(kit)[-2:] == ["orders.searched", "order.seen"]


def test_nothing_of_what_was_looked_for_is_kept(li: FlaskClient, kit: SiteKit, order: Payment) -> None:
    post(li, ORDERS, {"number": "110101199003074478"}, from_page=ORDERS)
    with kit.site.store.read("h1") as work:
        assert work.connection.exec_driver_sql("SELECT count(*) FROM web_request").scalar_one() == 0


@pytest.mark.parametrize("number", ["\0", "\u200f", " ", "%", "'", "9" * 64, "张"])
def test_whatever_is_typed_finds_nothing_rather_than_breaks(li: FlaskClient, order: Payment, number: str) -> None:
    found = post(li, ORDERS, {"number": number}, from_page=ORDERS)
    assert found.status_code in (200, 422)
    assert order.merchant_order_no not in found.text


def test_a_part_goes_back_once_however_often_the_form_is_sent(li: FlaskClient, kit: SiteKit, order: Payment) -> None:
    page = get(li, form_of(order, "12.50"))
    assert "cannot be undone" in page.text
    assert refunds(kit, order) == []
    form = hidden_of(page) | {"amount": "12.50", "reason": "not_done"}
    for _ in range(2):
        assert post(li, f"{ORDERS}/{order.payment_id}/refund", form).status_code == 303
    assert refunds(kit, order) == [(1250, RefundState.RESERVED)]
    assert post(li, f"{ORDERS}/{order.payment_id}/refund", form | {"amount": "1"}).status_code == 409
    assert refunds(kit, order) == [(1250, RefundState.RESERVED)]


def test_a_page_that_is_out_of_date_gives_nothing_back_and_shows_what_is_left_now(
    li: FlaskClient, person: Callable[[str, str], FlaskClient], kit: SiteKit, order: Payment
) -> None:
    drawn = hidden_of(get(li, form_of(order, "12.50"))) | {"amount": "12.50", "reason": "not_done"}
    assert send(person("zhao", "finance"), order, "20.00")[0] == 303
    late = post(li, f"{ORDERS}/{order.payment_id}/refund", drawn)
    assert (late.status_code, "has changed since you looked" in late.text, "¥30.00" in late.text) == (409, True, True)
    assert refunds(kit, order) == [(2000, RefundState.RESERVED)]
    again = hidden_of(late) | {"amount": "12.50", "reason": "not_done"}
    assert post(li, f"{ORDERS}/{order.payment_id}/refund", again).status_code == 303


@pytest.mark.parametrize("seen", ["", "-1", "x", "٥٠٠٠", "9" * 400])
def test_a_form_that_does_not_say_what_was_seen_gives_nothing_back(
    li: FlaskClient, kit: SiteKit, order: Payment, seen: str
) -> None:
    assert send(li, order, "12.50", seen_fen=seen)[0] == 409
    assert refunds(kit, order) == []


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("51", "no more than what is left"),
        ("0", "no more than what is left"),
        ("-1", "above zero"),
        ("1.005", "in yuan"),
    ],
)
def test_a_sum_that_is_none_is_said_at_its_field(
    li: FlaskClient, kit: SiteKit, order: Payment, amount: str, words: str
) -> None:
    assert words in get(li, form_of(order, amount)).text
    status, text = send(li, order, amount)
    assert status in (409, 422)
    assert words in text
    assert refunds(kit, order) == []


def test_28_a_large_refund_needs_both_passwords_and_another_person(
    person: Callable[[str, str], FlaskClient], li: FlaskClient, kit: SiteKit, large: Payment
) -> None:
    assert "A second person has to approve it" in get(li, form_of(large, "1000")).text
    status, text = send(li, large, "1000", password="wrong wrong wrong")
    assert (status, "password is missing or wrong" in text) == (409, True)
    assert send(li, large, "1000", password=PASSWORD) == (303, "/staff/h1/refunds")
    with kit.site.store.read("h1") as work:
        [request] = RefundRequests(work).waiting()
    one = f"/staff/h1/refunds/{request.request_id}"
    own = get(li, one).text
    assert "somebody else has to approve" in own
    assert "Approve the refund" not in own
    assert post(li, f"{one}/approve", {"password": PASSWORD}, from_page=one).status_code == 409
    zhao = person("zhao", "finance")
    assert re.search(r"¥1000\.00.*护士 li", get(zhao, "/staff/h1/refunds").text, re.DOTALL)
    assert post(zhao, f"{one}/approve", {}, from_page=one).status_code == 409
    assert refunds(kit, large) == []
    assert post(zhao, f"{one}/approve", {"password": PASSWORD}, from_page=one).status_code == 303
    assert refunds(kit, large) == [(100_000, RefundState.RESERVED)]
    assert [each for each in trail(kit) if each.startswith("refund.")] == ["refund.asked", "refund.approved"]
    page = get(zhao, f"{ORDERS}/{large.payment_id}").text
    assert "护士 li" in page
    assert "护士 zhao" in page


def test_no_digest_of_a_password_is_kept(li: FlaskClient, kit: SiteKit, large: Payment) -> None:
    page = get(li, form_of(large, "1000"))
    form = hidden_of(page) | {"amount": "1000", "reason": "not_done", "password": PASSWORD}
    path = f"{ORDERS}/{large.payment_id}/refund"
    assert post(li, path, form).status_code == 303
    assert post(li, path, form | {"password": "another one"}).status_code == 303, "the same request, told the same"


def test_a_password_cannot_be_guessed_at_a_refund_either(li: FlaskClient, large: Payment) -> None:
    answers = [send(li, large, "1000", password=f"wrong {n}")[0] for n in range(11)]
    assert answers[-1] == 429
    assert send(li, large, "1000", password=PASSWORD)[0] == 429


def test_a_request_is_declined_by_another_or_taken_back(
    person: Callable[[str, str], FlaskClient], li: FlaskClient, kit: SiteKit, large: Payment
) -> None:
    zhao = person("zhao", "finance")
    for who, state in ((zhao, "declined"), (li, "withdrawn")):
        send(li, large, "1000", password=PASSWORD)
        with kit.site.store.read("h1") as work:
            [request] = RefundRequests(work).waiting()
        one = f"/staff/h1/refunds/{request.request_id}"
        assert post(who, f"{one}/decline", {}, from_page=one).status_code == 303
        with kit.site.store.read("h1") as work:
            assert RefundRequests(work).get(request.request_id).state == state  # type: ignore[union-attr]
        assert post(who, f"{one}/decline", {}, from_page="/staff/h1/refunds").status_code == 409
    assert refunds(kit, large) == []


def issue_invoices(kit: SiteKit, state: InvoiceState | None) -> None:
    """The sale has e-invoices from now on; None where nobody but a person can tell how they stand."""
    counters: Any = kit.money("h1").counters
    counter = counters["registration"]
    counters["registration"] = replace(counter, sale=replace(counter.sale, invoice=lambda _scope, _paid: state))


def test_an_order_of_a_wallet_account_that_was_given_up_is_paid_out_by_hand(
    li: FlaskClient, person: Callable[[str, str], FlaskClient], kit: SiteKit, order: Payment
) -> None:
    wallets: Any = kit.money("h1").wallets
    wallets.clear()
    assert "not in use any more" in get(li, form_of(order, "5")).text
    assert send(li, order, "5")[0] == 409
    assert send(li, order, "5", route="by_hand", password=PASSWORD) == (303, "/staff/h1/refunds")
    with kit.site.store.read("h1") as work:
        [request] = RefundRequests(work).waiting()
    seen = get(person("zhao", "finance"), f"/staff/h1/refunds/{request.request_id}").text
    for words in ("The bridge moves no money", "Approve: it is paid out by hand</button>"):
        assert words in seen, words
    assert "goes back at once" not in seen


def test_what_has_an_e_invoice_goes_back_only_once_that_is_reversed(
    li: FlaskClient, kit: SiteKit, order: Payment
) -> None:
    issue_invoices(kit, InvoiceState.ISSUED)
    assert "reverse it first" in get(li, form_of(order, "5")).text
    assert send(li, order, "5")[0] == 409
    assert refunds(kit, order) == []
    issue_invoices(kit, InvoiceState.REVERSED)
    assert send(li, order, "5")[0] == 303
    assert refunds(kit, order) == [(500, RefundState.RESERVED)]


def test_where_no_system_can_tell_the_person_says_how_the_e_invoice_stands_and_it_is_kept(
    li: FlaskClient, kit: SiteKit, order: Payment
) -> None:
    issue_invoices(kit, None)
    assert "How does the e-invoice stand?" in get(li, form_of(order, "5")).text
    for said in ("", "issued", "whatever"):
        assert send(li, order, "5", invoice=said)[0] == 409
    assert refunds(kit, order) == []
    assert send(li, order, "5", invoice="reversed")[0] == 303
    with kit.site.store.read("h1") as work:
        [asked] = RefundRequests(work).of(order.payment_id)
        [row] = [entry for entry in work.audit.latest() if entry.action == "refund.asked"]
    assert (asked.invoice, asked.invoice_told) == (InvoiceState.REVERSED, False)
    assert '"invoice":"reversed"' in row.detail
    assert '"invoice_told":"False"' in row.detail


def test_the_help_desk_looks_asks_again_and_cannot_give_back(
    person: Callable[[str, str], FlaskClient], kit: SiteKit, order: Payment
) -> None:
    clerk = person("chen", "help_desk")
    one = f"{ORDERS}/{order.payment_id}"
    page = get(clerk, one)
    assert "Give money back" not in page.text
    heard = post(clerk, f"{one}/again", hidden_of(page))
    assert "The wallet knows no such order." in heard.text
    assert 'href="/staff/h1/?lang=zh-CN"' in heard.text, "no staff is sent to the patients' pages"
    assert "has not booked it" in heard.text
    assert get(clerk, f"{one}/refund").status_code == 403
    assert post(clerk, f"{one}/refund", hidden_of(page) | {"amount": "1", "reason": "not_done"}).status_code == 403
    assert "order.asked_again" in trail(kit)
    assert refunds(kit, order) == []


def test_finance_decides_on_money_that_waits_and_comes_back_to_its_own_page(li: FlaskClient, kit: SiteKit) -> None:
    page = get(li, "/staff/h1/refunds").text
    decision = "/staff/h1/money/paid-h1/refused"
    assert decision in page
    assert 'href="/staff/h1/refunds"' in get(li, decision).text
    sent = post(li, decision, {}, from_page=decision)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/staff/h1/refunds")
    assert [about for _, about, *_ in kit.finance.decided] == ["paid-h1"]


def test_a_system_that_said_no_invoice_was_issued_and_is_silent_now_holds_the_approval_up(
    person: Callable[[str, str], FlaskClient], li: FlaskClient, large: Payment, kit: SiteKit
) -> None:
    issue_invoices(kit, InvoiceState.NOT_ISSUED)
    assert send(li, large, "1000", password=PASSWORD)[0] == 303
    request = re.findall(r"/refunds/([0-9a-f]{32})", get(li, "/staff/h1/refunds").text)[0]
    issue_invoices(kit, None)
    page, chen = f"/staff/h1/refunds/{request}", person("chen", "finance")
    held = post(chen, f"{page}/approve", {"password": PASSWORD}, from_page=page)
    assert (held.status_code, "does not answer, so nobody knows" in held.text) == (409, True)
    issue_invoices(kit, InvoiceState.NOT_ISSUED)
    assert post(chen, f"{page}/approve", {"password": PASSWORD}, from_page=page).status_code == 303


def test_why_money_is_sent_again_is_nobodys_reason_to_ask_for_it_first(li: FlaskClient, order: Payment) -> None:
    assert 'value="refused_before"' not in get(li, f"{ORDERS}/{order.payment_id}/refund").text
    assert send(li, order, "5", reason="refused_before")[0] == 422
