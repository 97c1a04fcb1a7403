"""Run by python-alipay-sdk's own interpreter: the SDK, unmodified, as a merchant of the sandbox.

Reads one JSON object (credentials and addresses) on standard input and writes what the SDK answered.
"""

from __future__ import annotations

import json
import sys
from typing import Any
from urllib.parse import parse_qsl
from urllib.request import Request, urlopen

from alipay import AliPay, DCAliPay  # type: ignore[import-not-found]


def connected(given: dict[str, Any]) -> Any:
    common = {
        "appid": given["app_id"],
        "app_notify_url": given["notify_url"],
        "app_private_key_string": given["private_key"],
    }
    if given["app_cert"]:
        sdk = DCAliPay(
            **common,
            app_public_key_cert_string=given["app_cert"],
            alipay_public_key_cert_string=given["alipay_cert"],
            alipay_root_cert_string=given["root_cert"],
        )
    else:
        sdk = AliPay(**common, alipay_public_key_string=given["alipay_public_key"])
    sdk._gateway = given["gateway"]  # the SDK knows only Alipay's two own addresses
    return sdk


def trade(given: dict[str, Any], sdk: Any) -> dict[str, Any]:
    subject = "挂号费"
    created = sdk.api_alipay_trade_create(subject, "S1", "12.50", buyer_id=given["buyer_id"])
    answers = {
        "create": created,
        "waiting": sdk.api_alipay_trade_query(out_trade_no="S1"),
        "precreate": sdk.api_alipay_trade_precreate(subject, "S2", "1.00"),
    }
    pay = f"{given['control']}/trades/{created['trade_no']}/pay"
    urlopen(Request(pay, method="POST"), timeout=10).close()
    answers |= {
        "paid": sdk.api_alipay_trade_query(out_trade_no="S1"),
        "refund": sdk.api_alipay_trade_refund("2.50", out_trade_no="S1", out_request_no="R1"),
        "refund_query": sdk.api_alipay_trade_fastpay_refund_query("R1", out_trade_no="S1"),
        "unknown_refund": sdk.api_alipay_trade_fastpay_refund_query("R9", out_trade_no="S1"),
        "unknown": sdk.api_alipay_trade_query(out_trade_no="never"),
    }
    sdk.api_alipay_trade_create(subject, "S3", "0.01", buyer_id=given["buyer_id"])
    answers["close"] = sdk.api_alipay_trade_close(out_trade_no="S3")
    return answers


def verified(given: dict[str, Any], sdk: Any) -> list[bool]:
    verdicts = []
    for body in given["notices"]:
        fields = dict(parse_qsl(body))
        signature = fields.pop("sign")
        verdicts.append(sdk.verify(fields, signature))
    return verdicts


def main() -> None:
    given = json.load(sys.stdin)
    sdk = connected(given)
    answer = verified(given, sdk) if "notices" in given else trade(given, sdk)
    json.dump(answer, sys.stdout)


main()
