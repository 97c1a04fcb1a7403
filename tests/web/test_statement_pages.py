"""Finance reads, signs and saves the statement of a day; a comparison under way is seen, and asked for again."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from flask.testing import FlaskClient

from adapters.errors import Away, Busy, Malformed, NotDone, OutcomeUnknown, OutsideError, Refused, Untrusted
from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.web.finance_reads import DifferenceRow, why
from hospital_bridge.web.vouchers import EVERY_CHANNEL, IN_TRANSIT, vouchers
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, post, staff_sign_in

DAY = date(2026, 11, 21)
STATEMENT = f"/staff/h1/statements/{DAY}"
RECONCILIATION = "/staff/h1/reconciliation"


@pytest.fixture
def admin(browser: FlaskClient, kit: SiteKit) -> FlaskClient:
    kit.add_staff("h1", "wang", RoleGrant("admin"))
    staff_sign_in(browser, "h1", "wang")
    get(browser, "/staff/h1/?lang=en")
    return browser


def saved(admin: FlaskClient, path: str) -> list[list[str]]:
    answer = get(admin, path)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_a_statement_explains_the_banks_credit_and_what_differs(admin: FlaskClient) -> None:
    page = get(admin, STATEMENT).text
    for words in (
        "¥600.00",
        "¥550.00",
        "kiosk",
        "¥0.36",
        "¥1199.28",
        "Belongs to another till",
        "-¥7.00",
    ):
        assert words in page, words


def test_a_statement_is_signed_once_and_then_shows_who_signed_what(admin: FlaskClient, kit: SiteKit) -> None:
    unsigned = get(admin, STATEMENT).text
    assert "A signed statement never changes" in unsigned
    assert "Not signed</span>" in unsigned.partition("Account alipay")[0]
    sent = post(admin, f"{STATEMENT}/sign", {}, from_page=STATEMENT)
    assert (sent.status_code, sent.headers["Location"]) == (303, STATEMENT)
    assert [(operator_id, day) for operator_id, day, _ in kit.finance.signed] == [("h1", DAY)]
    page = get(admin, STATEMENT).text
    state, _, books = page.partition("Account alipay")
    for words in ("Signed</span> 王会计, 2026-11-23", "4 additions since"):
        assert words in state, words
    assert "d" * 64 in books
    assert "Sign the statement" not in page


@pytest.mark.parametrize(
    ("obstacle", "words"), [("not_over", "The day is not over yet."), ("moved_since", "compare it again first")]
)
def test_a_day_that_cannot_be_signed_says_why(admin: FlaskClient, kit: SiteKit, obstacle: str, words: str) -> None:
    kit.finance.obstacle = obstacle
    assert words in get(admin, STATEMENT).text
    refused = post(admin, f"{STATEMENT}/sign", {}, from_page=RECONCILIATION)
    assert (refused.status_code, words in refused.text, kit.finance.signed) == (409, True, [])


def test_a_statement_that_has_changed_is_shown_as_it_stands_now_and_is_not_signed(
    admin: FlaskClient, kit: SiteKit
) -> None:
    for seen in ("f" * 64, ""):
        late = post(admin, f"{STATEMENT}/sign", {"seen": seen}, from_page=STATEMENT)
        assert (late.status_code, kit.finance.signed) == (409, [])
        assert "has changed since you looked" in late.text
    assert post(admin, f"{STATEMENT}/sign", {}, from_page=STATEMENT).status_code == 303


def test_the_vouchers_of_a_day_balance_and_leave_nothing_in_transit(admin: FlaskClient, kit: SiteKit) -> None:
    head, *rows = saved(admin, f"{STATEMENT}/vouchers.csv")
    assert (len(head), {len(row) for row in rows}) == (8, {8})
    content = kit.finance.statement("h1", DAY).content
    made = vouchers(content)
    stands = sum(one.amount_fen * ((one.debit == IN_TRANSIT) - (one.credit == IN_TRANSIT)) for one in made)
    assert (stands, all(one.amount_fen > 0 for one in made)) == (0, True)
    assert [row[7] for row in rows if row[5] == "Bank deposit"] == ["1199.28"]
    assert [one.channel for one in made].count(EVERY_CHANNEL) == 1


@pytest.mark.parametrize("obstacle", ["not_over", "not_reconciled", "moved_since"])
def test_no_vouchers_are_given_out_of_a_day_that_is_not_complete(
    admin: FlaskClient, kit: SiteKit, obstacle: str
) -> None:
    kit.finance.obstacle, kit.finance.uncompared = obstacle, ("wechat",)
    refused = get(admin, f"{STATEMENT}/vouchers.csv")
    assert (refused.status_code, refused.mimetype) == (409, "text/html")
    assert "Without these accounts, which have not been compared: wechat." in refused.text
    assert "as soon as the statement can be signed" in refused.text
    assert "Save the vouchers" not in refused.text


def test_what_the_hospital_gave_off_has_a_column_on_the_days_that_have_such(
    admin: FlaskClient, kit: SiteKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Discounts given" not in get(admin, STATEMENT).text
    shown = kit.finance.statement("h1", DAY)
    [account] = shown.content["accounts"]
    first, *others = account["channels"]
    channels = [{**first, "discount_fen": 1234, "net_fen": first["net_fen"] - 1234}, *others]
    content = {**shown.content, "accounts": [{**account, "channels": channels}]}
    monkeypatch.setattr(kit.finance, "statement", lambda *_: replace(shown, content=content))
    page = get(admin, STATEMENT).text
    for words in ("Discounts given", "¥12.34", "¥1186.94"):
        assert words in page, words


def test_a_day_on_which_more_goes_back_than_comes_is_charged_to_the_bank() -> None:
    sums = {"channel": "bridge", "paid_fen": 0, "refunded_fen": 500, "fee_fen": -3, "net_fen": -497}
    made = vouchers({"accounts": [{"account": "alipay", "channels": [sums]}]})
    assert [(one.debit, one.credit, one.amount_fen) for one in made] == [
        ("Receipts", IN_TRANSIT, 500),
        (IN_TRANSIT, "Fees of the wallet", 3),
        (IN_TRANSIT, "Bank deposit", 497),
    ]


def test_open_differences_are_saved_without_a_formula(
    admin: FlaskClient, kit: SiteKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    [plain] = kit.finance.differences("h1")
    nasty = DifferenceRow("k", "alipay", DAY, "wallet_only", "payment", "=1+1", 0, 1, plain.since, "@owner", "ours")
    monkeypatch.setattr(kit.finance, "differences", lambda _: [nasty])
    _, row = saved(admin, f"{RECONCILIATION}/differences.csv")
    assert (row[4], row[5], row[6], row[8]) == ("'=1+1", "0.00", "0.01", "'@owner")
    assert row[9].startswith("Compare the day again")


def test_a_comparison_under_way_is_seen_and_a_day_is_compared_again(admin: FlaskClient, kit: SiteKit) -> None:
    page = get(admin, RECONCILIATION).text
    assert "Reading the wallet&#39;s bill, 250000 rows" in page
    sent = post(admin, f"{RECONCILIATION}/again", {"day": "2026-11-20"}, from_page=RECONCILIATION)
    assert sent.status_code == 303
    assert [(operator_id, day) for operator_id, day, _ in kit.finance.compared] == [("h1", date(2026, 11, 20))]
    refused = post(admin, f"{RECONCILIATION}/again", {"day": "0206-11-20"}, from_page=RECONCILIATION)
    assert (refused.status_code, 'value="0206-11-20"' in refused.text) == (422, True)
    assert "Enter a day whose books there can be" in refused.text


def test_a_day_that_is_none_has_no_statement(admin: FlaskClient) -> None:
    assert get(admin, "/staff/h1/statements/soon").status_code == 404


def test_the_banks_credit_is_typed_in_yuan_and_held_against_the_bill(admin: FlaskClient, kit: SiteKit) -> None:
    assert "Nobody has told yet what the bank has credited." in get(admin, STATEMENT).text
    told = {"account": "alipay", "credited": " 1199.00 "}
    sent = post(admin, f"{STATEMENT}/bank", told, from_page=STATEMENT)
    assert (sent.status_code, kit.finance.credited) == (303, {DAY: 119900})
    page = get(admin, STATEMENT).text
    assert ("¥1199.00" in page, "-¥0.28" in page) == (True, True)


@pytest.mark.parametrize(
    "change", [{"credited": "12.345"}, {"credited": "much"}, {"credited": ""}, {"account": "nobodys"}]
)
def test_a_credit_that_is_not_kept(admin: FlaskClient, kit: SiteKit, change: dict[str, str]) -> None:
    told = {"account": "alipay", "credited": "1.00"} | change
    answer = post(admin, f"{STATEMENT}/bank", told, from_page=RECONCILIATION)
    assert (answer.status_code, kit.finance.credited) == (422, {})
    if "credited" in change:
        assert f'name="credited" value="{change["credited"]}"' in answer.text
        assert "Enter the sum in yuan" in answer.text


TWO_WAYS = "Compared two ways: the hospital&#39;s list was not available"


def test_a_day_without_the_operators_list_says_so_and_passes_for_no_agreement(admin: FlaskClient, kit: SiteKit) -> None:
    page = get(admin, RECONCILIATION).text
    for words in (
        TWO_WAYS,
        "Have the engineer see to the hospital&#39;s list",
        "For the engineer: Refused: the settings name no query",
    ):
        assert words in page, words
    assert TWO_WAYS not in get(admin, STATEMENT).text
    kit.finance.listed = False
    statement = get(admin, STATEMENT).text
    assert TWO_WAYS in statement
    assert "<dd>–</dd>" in statement


def test_what_is_added_after_the_signature_stands_on_the_page_and_in_a_file(admin: FlaskClient, kit: SiteKit) -> None:
    later = "Added after this statement was signed"
    assert later not in get(admin, STATEMENT).text
    assert "Added to signed days" in get(admin, STATEMENT).text
    post(admin, f"{STATEMENT}/sign", {}, from_page=STATEMENT)
    page = get(admin, STATEMENT).text
    for words in (
        later,
        "Found: Payment: Only the hospital&#39;s list has it",
        "Sums have changed:",
        "王会计",
        "¥7.00",
    ):
        assert words in page, words
    head, *rows = saved(admin, f"{STATEMENT}/additions.csv")
    assert {len(row) for row in rows} == {len(head)}
    assert [(row[3], row[4]) for row in rows] == [
        ("The bridge", "Found"),
        ("王会计", "Explained"),
        ("The command line", "Credit told by the bank"),
        ("The bridge", "Sums have changed"),
        ("The bridge", "Found"),
    ]
    assert (rows[0][6], rows[1][9], rows[3][-2]) == ("'=late", "Stands in the books of another day", "7.00")


def test_a_book_that_is_waited_for_says_what_to_do_in_both_languages(admin: FlaskClient) -> None:
    words = {
        "en": ("It is not there yet: the bridge asks again every half hour.", "For the engineer"),
        "zh-CN": ("尚未取得：系统每半小时重新获取一次。", "供工程师参考"),
    }
    for language, (sentence, engineers) in words.items():
        page = get(admin, f"{RECONCILIATION}?lang={language}").text
        assert f"<small>{sentence}</small><small>{engineers}: NotDone: the bill is not ready</small>" in page


@pytest.mark.parametrize("outcome", [NotDone, OutcomeUnknown, Refused, Untrusted, Malformed, Busy, Away])
def test_each_outcome_of_a_book_has_its_sentence(outcome: type[OutsideError]) -> None:
    words = {NotDone: "not there yet", OutcomeUnknown: "No answer", Refused: "refused", Untrusted: "keys"}
    expected = {**words, Malformed: "cannot be believed", Busy: "not there yet", Away: "not there yet"}
    assert expected[outcome] in why(f"{outcome.__name__}: text")


def test_a_signed_statement_says_of_its_own_time_that_nobody_had_told_the_banks_credit(admin: FlaskClient) -> None:
    assert "Nobody has told yet what the bank has credited." in get(admin, STATEMENT).text
    post(admin, f"{STATEMENT}/sign", {}, from_page=STATEMENT)
    page = get(admin, STATEMENT).text
    assert "Nobody has told yet" not in page
    assert "When it was signed nobody had told what the bank credited" in page


def test_of_an_account_that_is_not_in_use_no_credit_is_asked_for(
    admin: FlaskClient, kit: SiteKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Credited for this day" in get(admin, STATEMENT).text
    operator = kit.site.operators["h1"]
    others = {name: wallet for name, wallet in operator.wallets.items() if name != "alipay"}
    monkeypatch.setitem(kit.site.operators, "h1", replace(operator, wallets=others))
    page = get(admin, STATEMENT).text
    assert ("Credited for this day" in page, "This account is not in use any more" in page) == (False, True)


@pytest.mark.parametrize(("told", "credited"), [(None, 119_928), (119_000, 119_000), (0, 0)])
def test_the_vouchers_book_what_the_bank_has_credited_and_leave_the_difference_in_transit(
    kit: SiteKit, told: int | None, credited: int
) -> None:
    if told is not None:
        kit.finance.credited[DAY] = told
    lines = vouchers(kit.finance.statement("h1", DAY).content)
    assert sum(one.amount_fen for one in lines if one.channel == EVERY_CHANNEL) == credited
    come = sum(one.amount_fen for one in lines if one.debit == IN_TRANSIT)
    gone = sum(one.amount_fen for one in lines if one.credit == IN_TRANSIT)
    assert come - gone == 119_928 - credited
