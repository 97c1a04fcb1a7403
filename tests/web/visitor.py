"""What a person does at the pages, over HTTP without a window."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hospital_bridge.website import CONSENT
from tests.web.site_kit import PASSWORD

HTTPS = "https://bridge.example"
_HIDDEN = re.compile(r'<input type="hidden" name="(_csrf|_idempotency|seen_fen|seen)" value="([^"]+)">')


def get(browser: FlaskClient, path: str, **headers: str) -> TestResponse:
    return browser.get(path, base_url=HTTPS, headers=headers)


def hidden_of(page: TestResponse) -> dict[str, str]:
    """The hidden fields of the last form of a page."""
    return dict(_HIDDEN.findall(page.text))


def post(browser: FlaskClient, path: str, form: dict[str, str], *, from_page: str | None = None) -> TestResponse:
    """Send a form; with `from_page` the hidden fields come from that page."""
    hidden = hidden_of(get(browser, from_page)) if from_page else {}
    return browser.post(path, base_url=HTTPS, data=hidden | form)


def agree(browser: FlaskClient, operator: str, next_path: str = "") -> str:
    """Consent; returns the state that the wallet was given."""
    form = {
        "version": CONSENT.version,
        "account": "alipay",
        "real_name": "yes",
        "medical_record": "yes",
        "next": next_path,
    }
    sent = post(browser, f"/p/{operator}/consent", form, from_page=f"/p/{operator}/consent")
    assert sent.status_code == 303, sent.text
    return parse_qs(urlsplit(sent.headers["Location"]).query)["state"][0]


def sign_in(browser: FlaskClient, operator: str, user: str = "2088000000000001", next_path: str = "") -> TestResponse:
    """Consent, come back from the wallet as that user, and follow to where the login leads."""
    state = agree(browser, operator, next_path)
    return get(browser, f"/p/{operator}/login/alipay?auth_code={user}&state={state}")


def staff_sign_in(browser: FlaskClient, operator: str, name: str, password: str = PASSWORD) -> TestResponse:
    login = f"/staff/{operator}/login"
    return post(browser, login, {"name": name, "password": password}, from_page=login)
