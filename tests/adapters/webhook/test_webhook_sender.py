"""One webhook over a real socket: where it may go, what it carries, and what each answer means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from standardwebhooks import Webhook

from adapters.errors import NotDone, Refused
from adapters.http import HttpClient, Timeouts, UrllibTransport
from adapters.webhook import Endpoint, WebhookSender
from adapters.webhook.addresses import permitted, resolved
from notifications.message import Outcome
from notifications.signing import Secret
from tests.receiver import Receiver, endless, receiving, silent, slow, status

OLD, NEW = Secret(b"o" * 24), Secret(b"n" * 32)
HERE = ip_network("127.0.0.0/8")
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
BODY = '{"type":"report.available"}'
QUICK = Timeouts(connect=2, read=0.3, total=2)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def sender() -> WebhookSender:
    return WebhookSender(HttpClient(UrllibTransport(QUICK)), lambda: NOW)


def endpoint(url: str) -> Endpoint:
    return Endpoint(url, [OLD, NEW], [HERE])


def test_each_secret_signs_as_the_published_library_does(receiver: Receiver) -> None:
    answer = sender().send(endpoint(receiver.url), "event1", BODY.encode())
    assert (answer.outcome, answer.detail) == (Outcome.DELIVERED, "HTTP 204")
    [sent] = receiver.received
    assert sent.body.decode() == BODY
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["webhook-id"] == "event1"
    assert sent.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    expected = [Webhook(secret.reveal()).sign("event1", NOW, BODY) for secret in (OLD, NEW)]
    assert sent.headers["webhook-signature"].split(" ") == expected


@pytest.mark.parametrize(
    ("code", "headers", "outcome", "rest"),
    [
        (200, {}, Outcome.DELIVERED, None),
        (202, {}, Outcome.DELIVERED, None),
        (301, {"Location": "http://127.0.0.1:9/"}, Outcome.NOT_DONE, None),
        (404, {}, Outcome.NOT_DONE, None),
        (429, {"Retry_After": "120"}, Outcome.NOT_DONE, timedelta(minutes=2)),
        (503, {"Retry_After": "Mon, 23 Nov 2026 00:35:00 GMT"}, Outcome.NOT_DONE, timedelta(minutes=5)),
        (503, {"Retry_After": "Mon, 23 Nov 2020 00:35:00 GMT"}, Outcome.NOT_DONE, timedelta()),
        (503, {"Retry_After": "soon"}, Outcome.NOT_DONE, None),
        (429, {"Retry_After": f"Wed, 21 Oct {'9' * 20} 07:28:00 GMT"}, Outcome.NOT_DONE, None),
        (429, {}, Outcome.NOT_DONE, None),
        (500, {"Retry_After": "120"}, Outcome.UNKNOWN, None),
    ],
)
def test_what_an_answer_means(
    receiver: Receiver, code: int, headers: dict[str, str], outcome: Outcome, rest: timedelta | None
) -> None:
    receiver.will(status(code, **headers))
    answer = sender().send(endpoint(receiver.url), "event1", b"{}")
    assert (answer.outcome, answer.detail, answer.retry_after, answer.gone) == (outcome, f"HTTP {code}", rest, False)
    assert len(receiver.received) == 1, "no redirect is followed, nothing is repeated here"


def test_a_receiver_that_is_gone_says_so(receiver: Receiver) -> None:
    receiver.will(status(410))
    answer = sender().send(endpoint(receiver.url), "event1", b"{}")
    assert (answer.outcome, answer.gone) == (Outcome.REFUSED, True)


@pytest.mark.parametrize("behaviour", [silent, slow, endless])
def test_whoever_does_not_answer_properly_may_have_received_it(receiver: Receiver, behaviour: object) -> None:
    receiver.will(behaviour)  # type: ignore[arg-type]  # one of ours
    assert sender().send(endpoint(receiver.url), "event1", b"{}").outcome is Outcome.UNKNOWN


def test_whoever_is_not_there_received_nothing() -> None:
    assert sender().send(endpoint("http://127.0.0.1:9/"), "event1", b"{}").outcome is Outcome.NOT_DONE


def test_a_receiver_elsewhere_is_refused_before_anything_is_sent(receiver: Receiver) -> None:
    elsewhere = Endpoint(receiver.url, [OLD], [ip_network("10.0.0.0/8")])
    unlisted = Endpoint(receiver.url, [OLD])
    for each in (elsewhere, unlisted):
        assert sender().send(each, "event1", b"{}").outcome is Outcome.REFUSED
    assert receiver.received == []


def test_the_address_that_was_judged_is_the_one_that_is_called(receiver: Receiver) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(f"{host}:{port}")
        return ["192.168.1.1", "127.0.0.1"]

    named = receiver.url.replace("127.0.0.1", "receiver.invalid")
    port = named.split(":")[2].split("/")[0]
    answer = WebhookSender(HttpClient(UrllibTransport(QUICK)), lambda: NOW, resolve).send(endpoint(named), "e", b"{}")
    assert answer.outcome is Outcome.DELIVERED
    assert asked == [f"receiver.invalid:{port}"]
    assert receiver.received[0].headers["host"] == f"receiver.invalid:{port}"
    assert receiver.received[0].path == "/in"


def test_a_name_that_cannot_be_looked_up_is_tried_again() -> None:
    with pytest.raises(NotDone):
        resolved("receiver.invalid", 443)
    assert sender().send(endpoint("https://receiver.invalid/"), "e", b"{}").outcome is Outcome.NOT_DONE


@pytest.mark.parametrize(
    ("address", "networks", "allowed"),
    [
        ("8.8.8.8", [], True),
        ("10.1.2.3", [], False),
        ("127.0.0.1", [], False),
        ("169.254.169.254", [], False),
        ("0.0.0.0", [], False),  # noqa: S104 - judged, not listened on
        ("224.0.0.1", [], False),
        ("::1", [], False),
        ("::ffff:10.1.2.3", [], False),
        ("64:ff9b::a01:203", [], False),
        ("2002:a01:203::1", [], False),
        ("fe80::1%eth0", [], False),
        ("2606:4700::1", [], True),
        ("10.1.2.3", ["10.1.0.0/16"], True),
        ("::ffff:10.1.2.3", ["10.1.0.0/16"], True),
        ("10.2.2.3", ["10.1.0.0/16"], False),
        ("8.8.8.8", ["10.1.0.0/16"], False),
    ],
)
def test_private_addresses_are_called_only_where_they_are_listed(
    address: str, networks: list[str], *, allowed: bool
) -> None:
    listed = [ip_network(each) for each in networks]
    if allowed:
        assert permitted([address], listed) == address
        return
    with pytest.raises(Refused):
        permitted([address], listed)
