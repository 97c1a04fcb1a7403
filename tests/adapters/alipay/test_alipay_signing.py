from __future__ import annotations

import base64
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from adapters.alipay import keys, signing
from adapters.alipay.errors import LATER, REASONS, UNKNOWN, outcome
from adapters.alipay.settings import AlipaySchema
from adapters.errors import Malformed, NotDone, OutcomeUnknown, Refused, Untrusted
from hospital_bridge.sandbox.alipay.certificates import new_key, private_pem
from tests.sandbox.alipay.running import RunningSandbox

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
KEY = new_key()


def test_the_string_to_sign_is_sorted_and_lacks_only_the_signature() -> None:
    text = signing.string_to_sign({"b": "2 &=", "sign": "x", "a": "一", "sign_type": "RSA2"})
    assert text == "a=一&b=2 &=&sign_type=RSA2"
    assert signing.notice_to_verify({"b": "2", "sign": "x", "sign_type": "RSA2"}) == "b=2"


@given(json_values, st.sampled_from(["", " ", "\r\n\t"]))
def test_the_signed_text_is_found_whatever_braces_and_quotes_it_holds(value: object, blank: str) -> None:
    source = json.dumps(value, ensure_ascii=False)
    text = f'{{{blank}"x_response"{blank}:{blank}{source}{blank},"sign":{blank}"}}"}}{blank}'
    found = signing.members(text)
    assert (found["x_response"].source, found["sign"].value) == (source, "}")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"a":1}x', '{"a":1,"a":2}', '{"a"}', '{"a":1', '{"a":1,}', "1", '{"a":' + "[" * 100_000],
)
def test_what_is_not_one_object_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        signing.members(text)


@given(st.binary(max_size=50), st.text(max_size=50))
def test_only_the_keys_own_signature_over_the_same_bytes_is_trusted(content: bytes, noise: str) -> None:
    text = content.decode("latin-1")
    signing.verify(KEY.public_key(), text.encode(), signing.sign(KEY, text))
    for changed, signature in ((text.encode() + b" ", signing.sign(KEY, text)), (text.encode(), noise)):
        with pytest.raises(Untrusted):
            signing.verify(KEY.public_key(), changed, signature)


def test_keys_are_read_in_every_form_that_alipays_tools_write() -> None:
    pkcs1, pkcs8 = (
        KEY.private_bytes(Encoding.DER, form, NoEncryption())
        for form in (PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8)
    )
    for text in (private_pem(KEY), base64.b64encode(pkcs1).decode(), base64.encodebytes(pkcs8).decode()):
        assert keys.private_key(text).private_numbers() == KEY.private_numbers()


def test_the_root_serial_passes_over_what_is_not_rsa_or_not_readable(sandbox: RunningSandbox) -> None:
    bundle = sandbox.world.new_app(with_certificates=True).root_cert
    certificates = x509.load_pem_x509_certificates(bundle.encode())
    assert len(certificates) == 2
    broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    assert keys.root_serial(broken + bundle) == keys.serial(certificates[1])
    with pytest.raises(ValueError, match="no RSA-signed"):
        keys.root_serial(broken)


def test_every_code_is_one_outcome_and_an_unheard_one_is_unknown() -> None:
    assert not (UNKNOWN & REASONS.keys() | UNKNOWN & LATER.keys() | REASONS.keys() & LATER.keys())
    for code, sub_code in (("20000", ""), ("10003", ""), ("99999", "ACQ.NEW"), ("40004", "ACQ.SYSTEM_ERROR")):
        assert isinstance(outcome(code, sub_code, changes=True), OutcomeUnknown)
        assert isinstance(outcome(code, sub_code, changes=False), NotDone)
    for unlisted in ("ACQ.NEW", ""):
        assert isinstance(outcome("40004", unlisted, changes=True), OutcomeUnknown)
        assert isinstance(outcome("40004", unlisted, changes=False), Refused)
    for code, sub_code in (("40004", "ACQ.TRADE_HAS_CLOSE"), ("40006", ""), ("40002", "isv.new")):
        assert isinstance(outcome(code, sub_code, changes=True), Refused)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"private_key": "secret-canary"}, "private_key"),
        ({"alipay_public_key": "x"}, "alipay_public_key"),
        ({"alipay_public_key": ""}, "app_cert"),
        ({"app_cert": "x"}, "app_cert"),
        ({"root_cert": "x"}, "root_cert"),
        ({"pay_url": "https://hospital.example/pay"}, "pay_url"),
        ({"seller_id": "1"}, "seller_id"),
        ({"notify_url": "nowhere"}, "notify_url"),
    ],
)
def test_wrong_settings_are_told_by_field_and_without_the_secret(
    sandbox: RunningSandbox, changes: dict[str, object], field: str
) -> None:
    written = sandbox.written(sandbox.world.new_app()) | changes
    with pytest.raises(ValidationError) as caught:
        AlipaySchema().load({name: value for name, value in written.items() if value})
    assert field in caught.value.messages_dict
    assert "canary" not in str(caught.value)


def test_half_of_certificate_mode_is_refused(sandbox: RunningSandbox) -> None:
    written = sandbox.written(sandbox.world.new_app(with_certificates=True))
    with pytest.raises(ValidationError) as caught:
        AlipaySchema().load({name: value for name, value in written.items() if name != "root_cert"})
    assert "root_cert" in caught.value.messages_dict
