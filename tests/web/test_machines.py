"""Addresses for machines: wallets' notices, other systems, supervisors; and what every reply carries."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hospital_bridge.store.api_keys import ApiKeys
from hospital_bridge.web.api import JOBS_REPLAY, LINKS_READ
from hospital_bridge.web.app import create_app
from hospital_bridge.web.site import Probe
from tests.web.site_kit import SiteKit
from tests.web.visitor import HTTPS, get, sign_in


def key_of(kit: SiteKit, scope: str) -> dict[str, str]:
    with kit.site.store.begin("h1") as work:
        return {"Authorization": f"Bearer {ApiKeys(work).issue('a system', frozenset({scope}))}"}


def test_a_notice_reaches_the_receiver_byte_for_byte(browser: FlaskClient, kit: SiteKit) -> None:
    body = b"trade_status=TRADE_SUCCESS&subject=\xb9\xd2\xba\xc5&sign=a%2Bb%3D"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Wallet": "yes"}
    answer = browser.post("/callbacks/v1/h1/alipay", base_url=HTTPS, data=body, headers=headers)
    assert (answer.status_code, answer.data) == (200, b"success")
    received, seen_headers = kit.wallets["h1"].notices[0]
    assert received == body
    assert seen_headers["X-Wallet"] == "yes"
    assert kit.wallets["h2"].notices == []


@pytest.mark.parametrize("path", ["/callbacks/v1/h1/unknown", "/callbacks/v1/h3/alipay"])
def test_a_notice_for_nobody(browser: FlaskClient, path: str) -> None:
    assert browser.post(path, base_url=HTTPS, data=b"x").status_code == 404


def test_a_body_that_is_too_large_is_not_read(browser: FlaskClient, kit: SiteKit) -> None:
    answer = browser.post("/callbacks/v1/h1/alipay", base_url=HTTPS, data=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert kit.wallets["h1"].notices == []


def test_another_system_reads_the_links_of_its_operator(browser: FlaskClient, kit: SiteKit) -> None:
    answer = browser.get("/api/v1/h1/links", base_url=HTTPS, headers=key_of(kit, LINKS_READ))
    assert [link["light"] for link in answer.json["links"]] == ["green", "amber", "red"]  # type: ignore[index]
    assert answer.json["links"][0]["last_success_at"] == "2026-11-23T00:29:30+00:00"  # type: ignore[index]


def test_a_fault_of_the_api_is_a_problem_document(browser: FlaskClient) -> None:
    answer = browser.get("/api/v1/h1/links", base_url=HTTPS)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert json.loads(answer.data) == {
        "type": "urn:hospital-bridge:HB-A001",
        "title": "You are not signed in.",
        "status": 401,
        "detail": "Sign in and try again; after a long pause the session ends by itself.",
        "code": "HB-A001",
    }


def test_a_revoked_key_opens_nothing(browser: FlaskClient, kit: SiteKit) -> None:
    headers = key_of(kit, LINKS_READ)
    with kit.site.store.begin("h1") as work:
        ApiKeys(work).revoke(headers["Authorization"].removeprefix("Bearer ").partition(".")[0])
    assert browser.get("/api/v1/h1/links", base_url=HTTPS, headers=headers).status_code == 401


def test_a_replay_by_the_api_happens_once_for_a_key(browser: FlaskClient, kit: SiteKit) -> None:
    headers = key_of(kit, JOBS_REPLAY) | {"Idempotency-Key": "once"}
    answers = [browser.post("/api/v1/h1/jobs/job-h1/replay", base_url=HTTPS, headers=headers) for _ in range(3)]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(202, "/api/v1/h1/links")}
    assert len(kit.admin.replayed) == 1


def test_an_api_post_without_a_key_is_refused(browser: FlaskClient, kit: SiteKit) -> None:
    answer = browser.post("/api/v1/h1/jobs/job-h1/replay", base_url=HTTPS, headers=key_of(kit, JOBS_REPLAY))
    assert (answer.status_code, answer.json["code"]) == (400, "HB-R007")  # type: ignore[index]
    assert kit.admin.replayed == []


@pytest.mark.parametrize(
    ("source", "forwarded", "status"),
    [
        ("127.0.0.1", "", 200),
        ("192.0.2.7", "", 200),
        ("198.51.100.7", "", 404),
        ("10.0.0.1", "192.0.2.7", 200),
        ("10.0.0.1", "198.51.100.7", 404),
        ("198.51.100.7", "127.0.0.1", 404),
        ("127.0.0.1", "198.51.100.7", 404),
        ("10.0.0.1", "", 404),
    ],
)
def test_figures_are_told_to_the_configured_networks_alone(
    browser: FlaskClient, source: str, forwarded: str, status: int
) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    told = browser.get("/metrics", base_url=HTTPS, environ_base={"REMOTE_ADDR": source}, headers=headers)
    assert told.status_code == status
    assert (b"hb_up" in told.data) == (status == 200)


def test_alive_ready_and_figures(browser: FlaskClient, kit: SiteKit) -> None:
    assert get(browser, "/live").data == b"alive\n"
    assert get(browser, "/ready").status_code == 200
    assert b"hb_up 1" in get(browser, "/metrics").data
    kit.probes.append(Probe("disk", ok=False, detail="4 % free"))
    ready = get(browser, "/ready")
    assert ready.status_code == 503
    assert ready.json["probes"][1] == {"name": "disk", "ok": False, "detail": "4 % free"}  # type: ignore[index]
    assert get(browser, "/live").status_code == 200


@pytest.mark.parametrize(
    "path", ["/p/h1/", "/p/h1/consent", "/p/h1/nowhere", "/staff/h1/login", "/api/v1/version", "/live"]
)
def test_every_reply_keeps_to_its_own_origin(browser: FlaskClient, path: str) -> None:
    answer = get(browser, path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'")
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_only_the_consent_form_may_lead_to_the_wallet(browser: FlaskClient) -> None:
    policies = {path: get(browser, path).headers["Content-Security-Policy"] for path in ("/p/h1/", "/p/h1/consent")}
    assert policies["/p/h1/"].endswith("form-action 'self'")
    assert policies["/p/h1/consent"].endswith("form-action 'self' https://wallet.example")


def test_no_page_has_script_or_style_of_its_own(browser: FlaskClient) -> None:
    sign_in(browser, "h1")
    for path in ("", "consent", "hospital/", "hospital/cards", "hospital/departments", "hospital/cards/wait"):
        text = get(browser, f"/p/h1/{path}").text
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|user-scalable", text), path


def test_without_tls_the_cookie_is_not_marked_secure(kit: SiteKit) -> None:
    plain = create_app(replace(kit.site, public_url="http://127.0.0.1:8080")).test_client()
    answer = plain.get("/p/h1/consent")
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in answer.headers


def test_a_file_is_kept_for_good_under_the_address_of_its_content(browser: FlaskClient) -> None:
    path = re.search(r'href="(/static/[^"]+hb\.css)"', get(browser, "/p/h1/").text)
    assert path is not None
    plain, packed = get(browser, path[1]), get(browser, path[1], **{"Accept-Encoding": "gzip"})
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data)
    assert get(browser, "/static/0000000000000000/hb.css").status_code == 404


def test_a_page_is_light_on_the_first_visit(app: Flask, kit: SiteKit) -> None:
    """At most 50 KB cold (reference/ux.md section 3); a waiting page carries htmx besides."""
    browser = app.test_client()
    sign_in(browser, "h1")
    for path in ("hospital/", "hospital/departments/CARD/P01", "hospital/cards/wait"):
        page = get(browser, f"/p/h1/{path}")
        files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
        packed = sum(len(get(browser, file, **{"Accept-Encoding": "gzip"}).data) for file in files)
        assert len(page.data) + packed <= 50 * 1024, path


def test_the_operators_to_choose_from(browser: FlaskClient, kit: SiteKit) -> None:
    both = get(browser, "/staff/login")
    assert "/staff/h1/login" in both.text
    assert "/staff/h2/login" in both.text
    only = create_app(replace(kit.site, operators={"h1": kit.site.operators["h1"]})).test_client()
    assert only.get("/staff/login").headers["Location"] == "/staff/h1/login"
