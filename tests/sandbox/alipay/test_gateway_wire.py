from __future__ import annotations

import json
import socket
from urllib.parse import quote, urlencode

import pytest

from hospital_bridge.sandbox.alipay import rsa2
from tests.sandbox.alipay.merchant import Merchant
from tests.sandbox.alipay.running import RunningSandbox

QUERY = "alipay.trade.query"
UNKNOWN = {"out_trade_no": "never"}


@pytest.fixture
def merchant(sandbox: RunningSandbox) -> Merchant:
    return Merchant(sandbox, sandbox.world.new_app())


@pytest.fixture
def certified(sandbox: RunningSandbox) -> Merchant:
    return Merchant(sandbox, sandbox.world.new_app(with_certificates=True))


def raw_answer(sandbox: RunningSandbox, request: bytes) -> bytes:
    host, port = sandbox.host.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


@pytest.mark.parametrize("in_query", [[], ["charset"], ["app_id", "method", "sign", "timestamp"], ["all"]])
def test_parameters_may_come_in_query_or_body(sandbox: RunningSandbox, merchant: Merchant, in_query: list[str]) -> None:
    parameters = merchant.parameters(QUERY, UNKNOWN)
    query = {name: value for name, value in parameters.items() if name in in_query or in_query == ["all"]}
    body = {name: value for name, value in parameters.items() if name not in query}
    address = f"{sandbox.base_url}/gateway.do?{urlencode(query)}"
    answer = merchant.pool.request("POST", address, fields=body, encode_multipart=False)
    assert json.loads(answer.data)["alipay_trade_query_response"]["sub_code"] == "ACQ.TRADE_NOT_EXIST"


@pytest.mark.parametrize("target", ["/gateway.do", "http://openapi.alipay.com/gateway.do"])
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_get_and_absolute_form_are_served(sandbox: RunningSandbox, merchant: Merchant, target: str, verb: str) -> None:
    query = urlencode(merchant.parameters(QUERY, UNKNOWN), quote_via=quote)
    request = (
        f"{verb} {target}?{query} HTTP/1.1\r\nHost: {sandbox.host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    answer = raw_answer(sandbox, request.encode())
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"ACQ.TRADE_NOT_EXIST" in answer


def test_in_key_mode_the_node_is_followed_by_its_signature(sandbox: RunningSandbox, merchant: Merchant) -> None:
    raw = merchant.post(merchant.parameters(QUERY, UNKNOWN))
    assert list(json.loads(raw)) == ["alipay_trade_query_response", "sign"]
    source = raw[len(b'{"alipay_trade_query_response":') : raw.rindex(b',"sign":')]
    key = sandbox.world.apps[merchant.credentials.app_id].alipay_key.public_key()
    assert rsa2.fits(key, source, json.loads(raw)["sign"])
    assert not rsa2.fits(key, source.replace(b"ACQ", b"acq"), json.loads(raw)["sign"])


def test_in_certificate_mode_the_serial_stands_between(sandbox: RunningSandbox, certified: Merchant) -> None:
    serials = sandbox.world.apps[certified.credentials.app_id].serials
    assert serials is not None
    raw = certified.post(
        certified.parameters(QUERY, UNKNOWN, app_cert_sn=serials.app, alipay_root_cert_sn=serials.root)
    )
    assert list(json.loads(raw)) == ["alipay_trade_query_response", "alipay_cert_sn", "sign"]
    assert json.loads(raw)["alipay_cert_sn"] == serials.alipay


def test_a_caller_in_certificate_mode_must_name_its_certificates(certified: Merchant) -> None:
    assert certified.call(QUERY, UNKNOWN)["sub_code"] == "isv.missing-app-cert-sn"
    wrong = {"app_cert_sn": "0" * 32, "alipay_root_cert_sn": "0" * 32}
    assert certified.call(QUERY, UNKNOWN, **wrong)["sub_code"] == "isv.invalid-app-cert-sn"


@pytest.mark.parametrize(
    ("changes", "code", "sub_code"),
    [
        ({"app_id": ""}, "40001", "isv.missing-app-id"),
        ({"app_id": "2021999999999999"}, "40002", "isv.invalid-app-id"),
        ({"method": ""}, "40001", "isv.missing-method"),
        ({"method": "alipay.trade.steal"}, "40002", "isv.invalid-method"),
        ({"charset": ""}, "40001", "isv.missing-charset"),
        ({"sign_type": ""}, "40001", "isv.missing-signature-type"),
        ({"sign_type": "RSA"}, "40002", "isv.invalid-signature-type"),
        ({"timestamp": ""}, "40001", "isv.missing-timestamp"),
        ({"timestamp": "2026-11-23T08:30:00"}, "40002", "isv.invalid-timestamp"),
        ({"timestamp": "2026-11-23 00:30:00"}, "40002", "isv.invalid-timestamp"),
        ({"timestamp": "2026-99-99 00:30:00"}, "40002", "isv.invalid-timestamp"),
        ({"version": "2.0"}, "40002", "isv.invalid-version"),
        ({"format": "XML"}, "40002", "isv.invalid-format"),
        ({"biz_content": "{"}, "40002", "isv.invalid-parameter"),
        ({"biz_content": "[]"}, "40002", "isv.invalid-parameter"),
    ],
)
def test_common_parameters_are_checked(merchant: Merchant, changes: dict[str, str], code: str, sub_code: str) -> None:
    node = merchant.call(QUERY, UNKNOWN, **changes)
    assert (node["code"], node["sub_code"]) == (code, sub_code)


def test_a_changed_parameter_breaks_the_signature(merchant: Merchant) -> None:
    parameters = merchant.parameters(QUERY, UNKNOWN)
    for name in set(parameters) - {"sign", "app_id", "charset", "sign_type", "version", "timestamp"}:
        raw = merchant.post({**parameters, name: parameters[name] + " "})
        assert next(iter(json.loads(raw).values()))["sub_code"] == "isv.invalid-signature", name
    assert b"isv.missing-signature" in merchant.post({**parameters, "sign": ""})


def test_an_answer_to_nobody_is_unsigned(merchant: Merchant) -> None:
    assert list(json.loads(merchant.post({"method": QUERY}))) == ["error_response"]


def test_a_gbk_caller_is_served_in_gbk(merchant: Merchant) -> None:
    parameters = merchant.parameters(QUERY, UNKNOWN, charset="GBK")
    form = urlencode(parameters, encoding="gbk")
    address = f"{merchant.sandbox.base_url}/gateway.do"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = merchant.pool.request("POST", address, body=form.encode(), headers=headers)
    assert json.loads(answer.data.decode("gbk"))["alipay_trade_query_response"]["sub_msg"] == "交易不存在"


@pytest.mark.parametrize(
    ("changes", "sub_code"),
    [
        ({"total_amount": "0.00"}, "ACQ.INVALID_PARAMETER"),
        ({"total_amount": "1.001"}, "ACQ.INVALID_PARAMETER"),
        ({"total_amount": True}, "ACQ.INVALID_PARAMETER"),
        ({"out_trade_no": "a b"}, "ACQ.INVALID_PARAMETER"),
        ({"subject": ""}, "ACQ.INVALID_PARAMETER"),
        ({"buyer_id": ""}, "ACQ.INVALID_PARAMETER"),
        ({"buyer_id": "2088999999999999"}, "ACQ.BUYER_NOT_EXIST"),
        ({"timeout_express": "soon"}, "ACQ.INVALID_PARAMETER"),
        ({"time_expire": "soon"}, "ACQ.INVALID_PARAMETER"),
    ],
)
def test_an_order_is_checked(merchant: Merchant, changes: dict[str, object], sub_code: str) -> None:
    buyer = merchant.sandbox.payer().user_id
    order: dict[str, object] = {"out_trade_no": "N1", "total_amount": 12.5, "subject": "挂号费", "buyer_id": buyer}
    assert merchant.call("alipay.trade.create", {**order, **changes})["sub_code"] == sub_code
    assert merchant.call("alipay.trade.create", order)["code"] == "10000"


def test_a_part_refund_needs_its_own_number(merchant: Merchant) -> None:
    buyer = merchant.sandbox.payer().user_id
    order: dict[str, object] = {"out_trade_no": "N1", "total_amount": "2", "subject": "挂号费", "buyer_id": buyer}
    trade_no = str(merchant.call("alipay.trade.create", order)["trade_no"])
    unpaid = merchant.call("alipay.trade.refund", {"trade_no": trade_no, "refund_amount": "2"})
    assert unpaid["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    merchant.sandbox.world.pay(trade_no)
    part = merchant.call("alipay.trade.refund", {"trade_no": trade_no, "refund_amount": "1"})
    assert part["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    whole = merchant.call("alipay.trade.refund", {"trade_no": trade_no, "refund_amount": "2"})
    assert (whole["fund_change"], whole["refund_fee"]) == ("Y", "2.00")


def test_a_code_that_nobody_scanned_is_no_trade_yet(merchant: Merchant) -> None:
    order: dict[str, object] = {"out_trade_no": "N1", "total_amount": "2", "subject": "挂号费"}
    code = str(merchant.call("alipay.trade.precreate", order)["qr_code"])
    assert merchant.call(QUERY, {"out_trade_no": "N1"})["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    merchant.sandbox.world.pay(code.rpartition("/")[2])
    assert merchant.call(QUERY, {"out_trade_no": "N1"})["trade_status"] == "TRADE_SUCCESS"
