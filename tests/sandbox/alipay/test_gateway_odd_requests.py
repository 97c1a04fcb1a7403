"""Requests that no client should send: the gateway answers each with HTTP 200 and a signature, as Alipay does."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from hospital_bridge.sandbox.alipay import rsa2
from tests.sandbox.alipay.merchant import Merchant
from tests.sandbox.alipay.running import RunningSandbox

METHODS = {
    "alipay.trade.create": ("out_trade_no", "total_amount", "subject", "buyer_id", "buyer_open_id", "time_expire"),
    "alipay.trade.query": ("out_trade_no", "trade_no"),
    "alipay.trade.refund": ("out_trade_no", "trade_no", "refund_amount", "out_request_no"),
    "alipay.trade.fastpay.refund.query": ("out_trade_no", "out_request_no", "query_options"),
    "alipay.data.dataservice.bill.downloadurl.query": ("bill_type", "bill_date"),
    "alipay.open.app.mini.templatemessage.send": ("to_user_id", "user_template_id", "page", "data"),
    "alipay.pass.template.add": ("tpl_content",),
    "alipay.pass.instance.add": ("tpl_id", "tpl_params", "recognition_info"),
    "alipay.pass.instance.update": ("serial_number", "status"),
}
ODD: list[object] = [None, [], ["a"], {}, {"a": 1}, 0, -1, True, "", "\ud800", "x" * 5000, "9999-12-31 23:59:59", [[]]]


@pytest.fixture
def merchant(sandbox: RunningSandbox) -> Merchant:
    return Merchant(sandbox, sandbox.world.new_app())


@pytest.fixture
def paid(merchant: Merchant) -> dict[str, object]:
    order: dict[str, object] = {
        "out_trade_no": "N1",
        "total_amount": "2",
        "subject": "挂号费",
        "buyer_id": merchant.sandbox.payer().user_id,
    }
    merchant.sandbox.world.pay(str(merchant.call("alipay.trade.create", order)["trade_no"]))
    merchant.call("alipay.trade.refund", {"out_trade_no": "N1", "out_request_no": "R1", "refund_amount": "1"})
    return order


def node_of(merchant: Merchant, raw: bytes, encoding: str = "utf-8") -> dict[str, str]:
    """The answer's node, once its signature was found to fit."""
    name, _, rest = raw.partition(b":")
    source = rest[: rest.rindex(b',"sign":')]
    key = merchant.sandbox.world.apps[merchant.credentials.app_id].alipay_key.public_key()
    assert rsa2.fits(key, source, json.loads(raw.decode(encoding))["sign"]), name
    node = json.loads(source.decode(encoding))
    assert isinstance(node, dict)
    return node


def asked(merchant: Merchant, method: str, content: dict[str, object]) -> dict[str, str]:
    return node_of(merchant, merchant.post(merchant.parameters(method, {}, biz_content=json.dumps(content))))


@pytest.mark.parametrize("options", [None, 1, "gmt_refund_pay", {"a": 1}])
@pytest.mark.usefixtures("paid")
def test_query_options_that_are_no_list_are_refused(merchant: Merchant, options: object) -> None:
    content = {"out_trade_no": "N1", "out_request_no": "R1", "query_options": options}
    node = asked(merchant, "alipay.trade.fastpay.refund.query", content)
    assert (node["code"], node["sub_code"]) == ("40002", "isv.invalid-parameter")


@pytest.mark.parametrize("name", ["buyer_id", "buyer_open_id"])
@pytest.mark.parametrize("buyer", [["2088"], {"a": 1}])
def test_a_buyer_who_is_no_text_is_refused(merchant: Merchant, name: str, buyer: object) -> None:
    content = {"out_trade_no": "N2", "total_amount": "2", "subject": "挂号费", name: buyer}
    node = asked(merchant, "alipay.trade.create", content)
    assert (node["code"], node["sub_code"]) == ("40002", "isv.invalid-parameter")


def test_a_text_that_no_charset_knows_is_refused(merchant: Merchant, paid: dict[str, object]) -> None:
    node = asked(merchant, "alipay.trade.create", {**paid, "out_trade_no": "N2", "subject": "\ud800"})
    assert (node["code"], node["sub_code"]) == ("40002", "isv.invalid-parameter")


@pytest.mark.parametrize("field", ["biz_content", "notify_url", "method"])
@pytest.mark.parametrize("charset", ["gbk", "gb2312", "utf-8"])
def test_bytes_that_the_charset_does_not_know_break_the_signature(merchant: Merchant, charset: str, field: str) -> None:
    parameters = merchant.parameters("alipay.trade.query", {"out_trade_no": "N1"}, charset=charset)
    body = f"{urlencode({**parameters, field: ''})}&{field}=%81%20%ff"
    answer = merchant.pool.request(
        "POST",
        f"{merchant.sandbox.base_url}/gateway.do",
        body=body.replace(f"{field}=&", "").encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 200
    node = node_of(merchant, answer.data, charset)
    assert (node["code"], node["sub_code"]) == ("40002", "isv.invalid-signature")


@pytest.mark.parametrize(("method", "name"), [(method, name) for method, names in METHODS.items() for name in names])
def test_every_field_may_be_anything(merchant: Merchant, paid: dict[str, object], method: str, name: str) -> None:
    usual = {**paid, "out_request_no": "R1", "refund_amount": "1", "bill_type": "trade", "bill_date": "2026-11-22"}
    for value in ODD:
        assert asked(merchant, method, {**usual, name: value})["code"]


def test_a_pass_without_a_serial_is_answered(merchant: Merchant) -> None:
    made = asked(merchant, "alipay.pass.template.add", {"unique_id": "1", "tpl_content": "{}"})
    holder = json.dumps({"user_id": merchant.sandbox.payer().user_id})
    content = {"tpl_id": json.loads(made["result"])["tpl_id"], "tpl_params": "{}", "recognition_info": holder}
    assert asked(merchant, "alipay.pass.instance.add", content)["success"] == "T"
    assert asked(merchant, "alipay.pass.instance.update", {"serial_number": "", "status": "USED"})["success"] == "T"
