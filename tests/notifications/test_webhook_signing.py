from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from notifications.signing import (
    ID_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    Fault,
    Secret,
    SignatureRefused,
    UnusableSecret,
    sign,
    verify,
)

PUBLISHED = Secret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
OTHER = Secret(b"another secret, 32 bytes of it .")
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNED = sign(ID, AT, BODY, [PUBLISHED])

message_ids = st.from_regex(r"[A-Za-z0-9_\-]{1,64}", fullmatch=True)
keys = st.binary(min_size=24, max_size=64)
instants = st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


def fault_of(headers: dict[str, str], body: bytes = BODY, now: datetime = AT) -> Fault:
    with pytest.raises(SignatureRefused) as refusal:
        verify(headers, body, [PUBLISHED], now)
    return refusal.value.fault


def test_the_published_vector() -> None:
    assert SIGNED == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(message_ids, instants, st.text(st.characters(codec="utf-8")), keys)
def test_the_reference_library_signs_the_same(message_id: str, at: datetime, text: str, key: bytes) -> None:
    ours = sign(message_id, at, text.encode(), [Secret(key)])
    assert ours[SIGNATURE_HEADER] == Webhook(key).sign(message_id, at, text)


def test_the_reference_library_accepts_what_we_sign_now() -> None:
    headers = sign(ID, datetime.now(UTC), BODY, [OTHER, PUBLISHED])  # noqa: TID251 - the library reads the clock itself
    assert Webhook(PUBLISHED.reveal()).verify(BODY, headers) == json.loads(BODY)


def test_a_time_of_another_zone_signs_the_same_instant() -> None:
    china = timezone(timedelta(hours=8))
    assert sign(ID, AT.astimezone(china), BODY, [PUBLISHED]) == SIGNED


@given(message_ids, st.binary(), keys)
def test_what_is_signed_is_believed_and_named(message_id: str, body: bytes, key: bytes) -> None:
    assert verify(sign(message_id, AT, body, [Secret(key)]), body, [Secret(key)], AT) == message_id


def test_header_names_know_no_case() -> None:
    assert verify({name.title(): value for name, value in SIGNED.items()}, BODY, [PUBLISHED], AT) == ID


@pytest.mark.parametrize("receiver", [[PUBLISHED], [OTHER], [OTHER, PUBLISHED]], ids=["old", "new", "both"])
def test_rotation_is_believed_before_while_and_after_the_receiver_changes(receiver: list[Secret]) -> None:
    headers = sign(ID, AT, BODY, [PUBLISHED, OTHER])
    assert verify(headers, BODY, receiver, AT) == ID


def test_a_retired_secret_is_not_believed() -> None:
    with pytest.raises(SignatureRefused, match="forged"):
        verify(SIGNED, BODY, [OTHER], AT)


def test_a_receiver_without_secrets_believes_nothing() -> None:
    with pytest.raises(SignatureRefused, match="forged"):
        verify(SIGNED, BODY, [], AT)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (SIGNED, BODY + b" "),
        (SIGNED | {ID_HEADER: "msg_other"}, BODY),
        (SIGNED | {TIMESTAMP_HEADER: "1614265331"}, BODY),
        (SIGNED | {SIGNATURE_HEADER: "v1,"}, BODY),
        (SIGNED | {SIGNATURE_HEADER: "v1,签名"}, BODY),
        (SIGNED | {SIGNATURE_HEADER: "v1,\ud800"}, BODY),
    ],
    ids=["body", "id", "timestamp", "empty", "not ASCII", "lone surrogate"],
)
def test_any_change_is_a_forgery(headers: dict[str, str], body: bytes) -> None:
    assert fault_of(headers, body) == Fault.FORGED


@pytest.mark.parametrize("missing", [ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER])
def test_a_missing_header_is_malformed(missing: str) -> None:
    assert fault_of({name: value for name, value in SIGNED.items() if name != missing}) == Fault.MALFORMED


@pytest.mark.parametrize(
    "damage",
    [
        {SIGNATURE_HEADER: "garbage"},
        {SIGNATURE_HEADER: "v1"},
        {SIGNATURE_HEADER: "v1a,g0hM9SsE"},
        {TIMESTAMP_HEADER: "now"},
        {TIMESTAMP_HEADER: "-1614265330"},
        {TIMESTAMP_HEADER: "1614265330.5"},
        {TIMESTAMP_HEADER: "１６１４２６５３３０"},
        {TIMESTAMP_HEADER: "9" * 5000},
        {ID_HEADER: "msg.1614265330"},
        {ID_HEADER: "msg 1"},
        {ID_HEADER: "msg\n1"},
    ],
    ids=lambda damage: "; ".join(f"{name[8:]} {value[:20]!r}" for name, value in damage.items()),
)
def test_a_damaged_header_is_malformed(damage: dict[str, str]) -> None:
    assert fault_of(SIGNED | damage) == Fault.MALFORMED


@given(st.dictionaries(st.sampled_from(sorted(SIGNED)), st.text()))
def test_no_header_breaks_the_check(headers: dict[str, str]) -> None:
    assert fault_of(headers) in {Fault.MALFORMED, Fault.FORGED}


def test_an_unknown_scheme_beside_ours_is_passed_over() -> None:
    mixed = SIGNED | {SIGNATURE_HEADER: f"v9 v1a,abc  {SIGNED[SIGNATURE_HEADER]}"}
    assert verify(mixed, BODY, [PUBLISHED], AT) == ID


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_within_five_minutes_is_in_time(seconds: int) -> None:
    assert verify(SIGNED, BODY, [PUBLISHED], AT + timedelta(seconds=seconds)) == ID


@pytest.mark.parametrize(("seconds", "fault"), [(301, Fault.STALE), (-301, Fault.EARLY)])
def test_beyond_five_minutes_is_refused(seconds: int, fault: Fault) -> None:
    assert fault_of(SIGNED, now=AT + timedelta(seconds=seconds)) == fault


@pytest.mark.parametrize("length", [24, 64])
def test_a_secret_of_permitted_length_is_read_back(length: int) -> None:
    secret = Secret(bytes(range(length)))
    assert Secret.parse(secret.reveal()) == secret


@pytest.mark.parametrize("length", [0, 1, 23, 65])
def test_a_secret_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(UnusableSecret):
        Secret.parse("whsec_" + b64encode(bytes(length)).decode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        "whsec_密钥",
        "whsec_MfKQ9r8GKYqr TwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ],
)
def test_a_secret_that_is_none_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(UnusableSecret) as refusal:
        Secret.parse(text)
    assert len(text) <= len("whsec_") or text not in str(refusal.value)


def test_a_secret_does_not_show_itself() -> None:
    assert "key" not in repr(PUBLISHED)


@pytest.mark.parametrize("message_id", ["", "msg.1", "msg 1", "消息", "m" * 256])
def test_an_id_that_no_receiver_could_read_is_not_signed(message_id: str) -> None:
    with pytest.raises(ValueError, match="webhook id"):
        sign(message_id, AT, BODY, [PUBLISHED])


def test_nothing_is_signed_with_no_secret_or_at_no_certain_time() -> None:
    with pytest.raises(ValueError, match="at least one secret"):
        sign(ID, AT, BODY, [])
    with pytest.raises(ValueError, match="zone"):
        sign(ID, AT.replace(tzinfo=None), BODY, [PUBLISHED])
