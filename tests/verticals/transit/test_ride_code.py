from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from hospital_bridge.verticals.transit.ride_code import (
    Blacklist,
    IssuerKey,
    KeyRing,
    Limits,
    NoGrant,
    Refusal,
    RideRefused,
    cbor,
    issue,
    verify,
)
from hospital_bridge.verticals.transit.ride_code.showing import CODE_CONTEXT, statement
from hospital_bridge.verticals.transit.sandbox.phone import Phone
from tests.verticals.transit.riders import (
    ACCOUNT,
    GRANT,
    ISSUER_KEY,
    KEY,
    KEYS,
    MORNING,
    NEXT_KEY,
    NOBODY,
    OTHER_ACCOUNT,
    OTHER_PHONE_KEY,
    PHONE_KEY,
    check,
    phone,
)

CODE = phone().show(MORNING)
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "ride-code.md"
ORDER_OF_ED25519 = 2**252 + 27742317777372353535851937790883648493
UNSIGNED = {Refusal.MALFORMED, Refusal.UNKNOWN_KEY, Refusal.FORGED, Refusal.WRONG_PHONE}
"""What a code is refused with before anything that it says is weighed."""


def refusal_of(
    code: bytes, at: datetime = MORNING, keys: KeyRing = KEYS, blacklist: Blacklist = NOBODY, stake_fen: int = 0
) -> Refusal | None:
    try:
        verify(code, at, keys, blacklist, stake_fen=stake_fen)
    except RideRefused as refused:
        return refused.refusal
    return None


def test_a_shown_code_says_whose_account_it_is_and_when_it_was_shown() -> None:
    shown = check(CODE)
    assert shown.grant == GRANT
    assert shown.shown_at == MORNING


def test_a_code_fits_a_small_square_at_medium_correction() -> None:
    # Version 11 is 61 modules wide: a gate's reader takes it from a cracked screen.
    version = segno.make(CODE, error="m", mode="byte", boost_error=False).version
    assert isinstance(version, int)
    assert version <= 11


def test_no_bit_of_a_code_can_be_flipped() -> None:
    for bit in range(len(CODE) * 8):
        flipped = bytearray(CODE)
        flipped[bit // 8] ^= 1 << bit % 8
        assert refusal_of(bytes(flipped)) in UNSIGNED, f"bit {bit}"


def test_no_byte_can_be_cut_off_or_added() -> None:
    for length in range(len(CODE)):
        assert refusal_of(CODE[:length]) == Refusal.MALFORMED
    assert refusal_of(CODE + b"\x00") == Refusal.MALFORMED
    assert refusal_of(b"\x00" + CODE) == Refusal.MALFORMED


@given(st.binary(max_size=500))
def test_anything_that_a_camera_may_read_is_refused_in_good_order(data: bytes) -> None:
    assert refusal_of(data) in UNSIGNED


@given(
    st.tuples(
        st.one_of(st.just(phone().issued.grant), st.binary(max_size=90), st.integers(0, 99)),
        st.one_of(st.just(phone().issued.signature), st.binary(min_size=64, max_size=64), st.just("")),
        st.one_of(st.integers(0, 2**64 - 1), st.binary(max_size=4)),
        st.one_of(st.binary(min_size=64, max_size=64), st.binary(max_size=4)),
    )
)
def test_a_code_put_together_from_parts_is_refused(parts: cbor.Value) -> None:
    assert refusal_of(cbor.encode(parts)) in UNSIGNED


@pytest.mark.parametrize("place", [1, 3], ids=["issuer", "phone"])
def test_a_signature_has_no_second_form(place: int) -> None:
    fields = cbor.decode(CODE)
    assert isinstance(fields, tuple)
    signature = fields[place]
    assert isinstance(signature, bytes)
    other = signature[:32] + (int.from_bytes(signature[32:], "little") + ORDER_OF_ED25519).to_bytes(32, "little")
    assert refusal_of(cbor.encode((*fields[:place], other, *fields[place + 1 :]))) in UNSIGNED


@pytest.mark.parametrize(
    ("after", "refusal"),
    [
        (timedelta(seconds=-31), Refusal.EARLY),
        (timedelta(seconds=-30), None),
        (timedelta(seconds=90), None),
        (timedelta(seconds=91), Refusal.STALE),
    ],
)
def test_a_code_is_good_for_a_minute_and_clocks_may_be_half_a_minute_apart(
    after: timedelta, refusal: Refusal | None
) -> None:
    assert refusal_of(CODE, MORNING + after) == refusal


@pytest.mark.parametrize(
    ("at", "refusal"),
    [
        (GRANT.begins - timedelta(seconds=1), Refusal.NOT_YET),
        (GRANT.begins, None),
        (GRANT.ends - timedelta(seconds=1), None),
        (GRANT.ends, Refusal.EXPIRED),
    ],
)
def test_a_grant_is_good_from_its_beginning_until_before_its_end(at: datetime, refusal: Refusal | None) -> None:
    assert refusal_of(phone().show(at), at) == refusal


def test_another_zone_is_the_same_instant_and_a_naive_time_is_no_instant() -> None:
    there = MORNING.astimezone(tz=datetime.strptime("+0800", "%z").tzinfo)
    assert phone().show(there) == CODE
    assert check(CODE, there) == check(CODE)
    with pytest.raises(ValueError, match="zone"):
        phone().show(MORNING.replace(tzinfo=None))


def test_a_code_of_nobody_we_know_is_refused() -> None:
    stranger = IssuerKey("beihu", 1, NEXT_KEY.public_key(), KEY.begins, KEY.ends)
    theirs = phone(replace(GRANT, issuer="beihu"), issuer=NEXT_KEY).show(MORNING)
    assert refusal_of(theirs) == Refusal.UNKNOWN_KEY
    assert refusal_of(theirs, keys=KeyRing([KEY, stranger])) is None


def test_who_only_claims_to_be_the_issuer_is_refused() -> None:
    assert refusal_of(phone(issuer=NEXT_KEY).show(MORNING)) == Refusal.FORGED


def test_a_grant_is_worth_nothing_on_another_phone() -> None:
    copied = Phone(OTHER_PHONE_KEY, phone().issued)
    assert refusal_of(copied.show(MORNING)) == Refusal.WRONG_PHONE


def test_a_signature_over_something_else_is_no_code() -> None:
    issued = phone().issued
    second = int(MORNING.timestamp())
    bare = cbor.encode((issued.grant, issued.signature, second))
    code = cbor.encode((issued.grant, issued.signature, second, PHONE_KEY.sign(bare)))
    assert refusal_of(code) == Refusal.WRONG_PHONE
    code = cbor.encode((issued.grant, issued.signature, second, PHONE_KEY.sign(CODE_CONTEXT + bare)))
    assert refusal_of(code) is None


def test_keys_change_while_people_ride() -> None:
    changes = MORNING + timedelta(days=2)
    old = replace(KEY, ends=changes + timedelta(days=7))
    new = IssuerKey("linjiang", 2, NEXT_KEY.public_key(), changes, changes + timedelta(days=60))
    both = KeyRing([old, new])
    with_old = phone()
    with_new = phone(replace(GRANT, key_no=2, begins=changes, ends=changes + timedelta(days=7)), issuer=NEXT_KEY)
    later = changes + timedelta(hours=1)
    assert refusal_of(with_old.show(later), later, both) is None
    assert refusal_of(with_new.show(later), later, both) is None
    assert refusal_of(with_new.show(later), later, KEYS) == Refusal.UNKNOWN_KEY
    assert refusal_of(with_old.show(later), later, KeyRing([new])) == Refusal.UNKNOWN_KEY


def test_a_grant_lies_within_the_time_of_its_key() -> None:
    early = replace(GRANT, begins=KEY.begins - timedelta(seconds=1))
    late = replace(GRANT, ends=KEY.ends + timedelta(seconds=1))
    for grant in (early, late):
        assert refusal_of(phone(grant).show(MORNING)) == Refusal.KEY_RETIRED
    stolen = KeyRing([replace(KEY, ends=MORNING)])
    assert refusal_of(CODE, keys=stolen) == Refusal.KEY_RETIRED


def test_two_keys_of_one_number_are_refused_when_the_ring_is_made() -> None:
    with pytest.raises(ValueError, match="number 1"):
        KeyRing([KEY, replace(KEY, public=NEXT_KEY.public_key())])


def test_a_blocked_account_passes_no_gate_and_others_do() -> None:
    blocked = Blacklist(2, frozenset({ACCOUNT}))
    assert refusal_of(CODE, blacklist=blocked) == Refusal.BLOCKED
    assert refusal_of(phone(replace(GRANT, account=OTHER_ACCOUNT)).show(MORNING), blacklist=blocked) is None


def test_whether_an_account_is_blocked_is_not_told_to_a_forger() -> None:
    blocked = Blacklist(2, frozenset({ACCOUNT}))
    assert refusal_of(phone(issuer=NEXT_KEY).show(MORNING), blacklist=blocked) == Refusal.FORGED


@pytest.mark.parametrize(("stake_fen", "refusal"), [(1000, None), (1001, Refusal.OVER_LIMIT)])
def test_a_ride_that_may_cost_more_than_the_limit_does_not_begin(stake_fen: int, refusal: Refusal | None) -> None:
    assert refusal_of(CODE, stake_fen=stake_fen) == refusal


def test_a_code_is_known_again_by_what_the_phone_signed_alone() -> None:
    # A phone could sign the same statement in many ways; all of them are one code.
    said = statement(phone().issued, int(MORNING.timestamp()))
    assert check(CODE).code_id == hashlib.blake2b(said, digest_size=16).hexdigest()
    assert check(CODE).code_id == check(CODE, MORNING + timedelta(seconds=20)).code_id
    next_second = MORNING + timedelta(seconds=1)
    assert check(CODE).code_id != check(phone().show(next_second), next_second).code_id


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": ""},
        {"issuer": "a-name-longer-than-16"},
        {"issuer": "临江"},
        {"key_no": -1},
        {"key_no": 65536},
        {"account": "0c" * 15},
        {"account": "0C" * 16},
        {"account": "rider"},
        {"ends": GRANT.begins},
        {"begins": GRANT.begins + timedelta(microseconds=1)},
        {"begins": GRANT.begins.replace(tzinfo=None)},
        {"begins": datetime(1969, 1, 1, tzinfo=UTC)},
        {"limits": Limits(-1, timedelta(seconds=60))},
        {"limits": Limits(1_000_001, timedelta(seconds=60))},
        {"limits": Limits(1000, timedelta(seconds=4))},
        {"limits": Limits(1000, timedelta(seconds=301))},
        {"phone_key": b"short"},
    ],
    ids=str,
)
def test_what_is_no_grant_is_not_issued(change: dict[str, object]) -> None:
    with pytest.raises(NoGrant):
        issue(replace(GRANT, **change), ISSUER_KEY)  # type: ignore[arg-type]


@given(
    key_no=st.integers(0, 65535),
    account=st.binary(min_size=16, max_size=16),
    begins=st.integers(0, 2**31),
    lasts=st.integers(1, 2**30),
    fen=st.integers(0, 1_000_000),
    shown=st.integers(5, 300),
)
def test_what_was_issued_is_what_the_gate_reads(
    key_no: int, account: bytes, begins: int, lasts: int, fen: int, shown: int
) -> None:
    start, end = datetime.fromtimestamp(begins, UTC), datetime.fromtimestamp(begins + lasts, UTC)
    limits = Limits(fen, timedelta(seconds=shown))
    grant = replace(GRANT, key_no=key_no, account=account.hex(), begins=start, ends=end, limits=limits)
    keys = KeyRing([IssuerKey("linjiang", key_no, ISSUER_KEY.public_key(), start, end)])
    assert verify(phone(grant).show(start), start, keys, NOBODY, stake_fen=fen).grant == grant


def test_the_published_example_is_what_we_check() -> None:
    text = PAGE.read_text(encoding="utf-8")
    block = text.split("```text\n", 1)[1].split("```", 1)[0]
    assert bytes.fromhex(block) == CODE
    assert f"`{check(CODE).code_id}`" in text
    for key in (ISSUER_KEY, PHONE_KEY):
        assert raw(key) in text


def test_the_page_names_every_refusal() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [refusal for refusal in Refusal if f"| `{refusal}` |" not in text] == []


def raw(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()
