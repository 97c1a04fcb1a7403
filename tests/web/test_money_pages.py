"""The pages of money that waits for a person: nothing irreversible happens by one click."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.web.finance_reads import Decision, Explanation
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, hidden_of, post, staff_sign_in

FULFILLED = "/staff/h1/money/paid-h1/fulfilled"
REFUSED = "/staff/h1/money/paid-h1/refused"
RECONCILIATION = "/staff/h1/reconciliation"


@pytest.fixture
def admin(browser: FlaskClient, kit: SiteKit) -> FlaskClient:
    """Of a small hospital, where one person has both roles."""
    kit.add_staff("h1", "wang", RoleGrant("admin"), RoleGrant("finance"))
    staff_sign_in(browser, "h1", "wang")
    get(browser, "/staff/h1/?lang=en")
    return browser


def test_whoever_is_not_of_finance_decides_what_gives_no_money_back(browser: FlaskClient, kit: SiteKit) -> None:
    kit.add_staff("h1", "it", RoleGrant("admin"))
    staff_sign_in(browser, "h1", "it")
    offered = get(browser, "/staff/h1/work?lang=en").text
    assert (f'href="{FULFILLED}"' in offered, f'href="{REFUSED}"' in offered) == (True, False)
    assert offered.count("Finance decides it.") == 1
    for path in (REFUSED, f"/staff/h1/money/{'q' * 32}/refund_again"):
        assert get(browser, path).status_code == 403
        assert post(browser, path, {}, from_page=FULFILLED).status_code == 403
    assert kit.finance.decided == []
    assert post(browser, FULFILLED, {"receipt_no": "R7"}, from_page=FULFILLED).status_code == 303


def test_whoever_sends_money_again_says_how_the_e_invoice_stands_where_no_system_does(
    admin: FlaskClient, kit: SiteKit
) -> None:
    path = f"/staff/h1/money/{'q' * 32}/refund_again"
    assert "How does the e-invoice stand?" not in get(admin, path).text
    kit.finance.refusal = "invoice_untold"
    asked = post(admin, path, {}, from_page=path)
    assert (asked.status_code, "How does the e-invoice stand?" in asked.text) == (409, True)
    kit.finance.refusal = ""
    assert post(admin, path, hidden_of(asked) | {"invoice": "reversed"}).status_code == 303
    assert kit.finance.invoices == ["reversed"]


def test_what_a_page_does_not_show_of_the_open_differences_is_counted(admin: FlaskClient, kit: SiteKit) -> None:
    for path in ("/staff/h1/work", RECONCILIATION):
        assert "not shown" not in get(admin, path).text
    kit.finance.open_differences = 3
    for path in ("/staff/h1/work", RECONCILIATION):
        assert "2 more are open and not shown." in get(admin, path).text


def test_the_work_list_says_what_happened_since_when_and_what_to_do(admin: FlaskClient) -> None:
    page = get(admin, "/staff/h1/work").text
    for words in (
        "Paid, and nobody knows whether it was booked",
        "2026-11-23 08:29:30",
        "¥50.00",
        "Look for the order number in the hospital",
        "the wallet refused to return it",
        "The hospital&#39;s list lacks it",
        "Nothing: the bridge keeps asking.",
        "Remove the cause that the error names",
    ):
        assert words in page, words


def test_who_may_look_orders_up_comes_from_the_money_that_waits_to_its_order(
    browser: FlaskClient, kit: SiteKit
) -> None:
    to_order = 'href="/staff/h1/orders/paid-h1"'
    kit.add_staff("h1", "wang", RoleGrant("admin"))
    staff_sign_in(browser, "h1", "wang")
    for page in ("/staff/h1/work", REFUSED):
        assert to_order not in get(browser, page).text
    kit.add_staff("h1", "jin", RoleGrant("finance"))
    staff_sign_in(browser, "h1", "jin")
    for page in ("/staff/h1/refunds", REFUSED):
        assert to_order in get(browser, page).text


def test_what_is_unknown_for_long_is_a_headline_of_the_first_page(admin: FlaskClient) -> None:
    page = get(admin, "/staff/h1/").text
    assert "<dt>Outcomes unknown for more than ten minutes</dt><dd>1</dd>" in page


def test_a_decision_is_confirmed_before_it_is_carried_out(admin: FlaskClient, kit: SiteKit) -> None:
    asked = get(admin, REFUSED).text
    assert "The whole sum goes back to the payer. This cannot be undone." in asked
    assert kit.finance.decided == []
    sent = post(admin, REFUSED, {}, from_page=REFUSED)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/staff/h1/work")
    [(operator_id, about, decision, receipt_no, by)] = kit.finance.decided
    assert (operator_id, about, decision, receipt_no) == ("h1", "paid-h1", Decision.REFUSED, "")
    assert by


def test_the_same_form_sent_twice_decides_once(admin: FlaskClient, kit: SiteKit) -> None:
    form = hidden_of(get(admin, REFUSED))
    assert [post(admin, REFUSED, form).status_code for _ in range(2)] == [303, 303]
    assert len(kit.finance.decided) == 1


def test_a_form_of_nobodys_session_decides_nothing(admin: FlaskClient, kit: SiteKit) -> None:
    assert post(admin, REFUSED, {"_csrf": "0" * 64, "_idempotency": "k"}).status_code == 403
    assert kit.finance.decided == []


@pytest.mark.parametrize("receipt_no", ["", "   ", "x" * 65])
def test_a_booking_is_confirmed_under_its_receipt_number_only(
    admin: FlaskClient, kit: SiteKit, receipt_no: str
) -> None:
    refused = post(admin, FULFILLED, {"receipt_no": receipt_no}, from_page=FULFILLED)
    assert (refused.status_code, "Enter the receipt number" in refused.text) == (422, True)
    assert kit.finance.decided == []
    assert post(admin, FULFILLED, {"receipt_no": " Ｒ 7 "}, from_page=FULFILLED).status_code == 303
    assert [receipt for *_, receipt, _ in kit.finance.decided] == ["R7"]


def test_who_comes_too_late_is_told_so(admin: FlaskClient, kit: SiteKit) -> None:
    kit.finance.too_late = True
    late = post(admin, REFUSED, {}, from_page=REFUSED)
    assert (late.status_code, "HB-D004" in late.text) == (409, True)


def test_a_large_sum_asks_for_the_password_and_says_that_a_second_person_approves(
    admin: FlaskClient, kit: SiteKit
) -> None:
    assert "Your own password" not in get(admin, REFUSED).text
    kit.finance.needs_second = True
    page = get(admin, REFUSED).text
    assert "Your own password, once more" in page
    assert "A second person has to approve it" in page
    assert "Your own password" not in get(admin, FULFILLED).text
    kit.finance.refusal = "not_proved"
    refused = post(admin, REFUSED, {}, from_page=REFUSED)
    assert (refused.status_code, "password is missing or wrong" in refused.text) == (409, True)
    assert kit.finance.decided == []


def test_a_button_that_moves_money_says_how_much_and_whether_at_once(admin: FlaskClient, kit: SiteKit) -> None:
    assert "Give back ¥50.00</button>" in get(admin, REFUSED).text
    kit.finance.needs_second = True
    assert "Ask for the refund of ¥50.00</button>" in get(admin, REFUSED).text
    assert "Decide: It is booked</button>" in get(admin, FULFILLED).text


def test_the_wallets_refusal_is_told_in_words(admin: FlaskClient) -> None:
    for path in ("/staff/h1/work", f"/staff/h1/money/{'q' * 32}/refund_again"):
        page = get(admin, f"{path}?lang=zh-CN").text
        assert ("不允许该操作" in page, "not_allowed" in page) == (True, False)


@pytest.mark.parametrize("path", ["paid-h1/reversed", "nobody/refused"])
def test_what_does_not_wait_for_that_decision_is_not_offered_it(admin: FlaskClient, path: str) -> None:
    assert get(admin, f"/staff/h1/money/{path}").status_code == 409


def test_a_decision_that_does_not_exist(admin: FlaskClient) -> None:
    assert get(admin, "/staff/h1/money/paid-h1/forgotten").status_code == 404


def test_reconciliation_shows_the_days_in_yuan_and_what_is_open(admin: FlaskClient) -> None:
    page = get(admin, RECONCILIATION).text
    for words in (
        "2026-11-21",
        "¥600.00",
        "¥550.00",
        '<span class="hb-sum">¥600.00</span>',
        '<span class="hb-sum">12</span>',
        '<span class="hb-tag hb-tag_wait">Waiting for a book</span><small>It is not there yet',
        '<span class="hb-tag hb-tag_good">Compared</span>',
        "Nobody yet",
    ):
        assert words in page, words


@pytest.mark.parametrize(("told", "kept"), [("", None), ("at_the_counter", Explanation.AT_THE_COUNTER)])
def test_a_difference_is_taken_over_or_explained(
    admin: FlaskClient, kit: SiteKit, told: str, kept: Explanation | None
) -> None:
    form = {"difference": "one", "explanation": told}
    sent = post(admin, f"{RECONCILIATION}/explain", form, from_page=RECONCILIATION)
    assert (sent.status_code, sent.headers["Location"]) == (303, RECONCILIATION)
    assert [(key, explanation) for _, key, explanation, _ in kit.finance.explained] == [("one", kept)]


@pytest.mark.parametrize(
    ("form", "status"), [({"difference": "two"}, 409), ({"difference": "one", "explanation": "because"}, 422)]
)
def test_what_cannot_be_explained(admin: FlaskClient, kit: SiteKit, form: dict[str, str], status: int) -> None:
    assert post(admin, f"{RECONCILIATION}/explain", form, from_page=RECONCILIATION).status_code == status
    assert kit.finance.explained == []
