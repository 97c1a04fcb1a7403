"""The bill's link (wallet reference 1.5)."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

from hospital_bridge.sandbox.alipay.refusals import business
from hospital_bridge.sandbox.alipay.request import GatewayRequest
from hospital_bridge.sandbox.alipay.world import AlipayWorld


def download_url(world: AlipayWorld, request: GatewayRequest) -> dict[str, object]:
    """`alipay.data.dataservice.bill.downloadurl.query`: a link that lives for 30 seconds.

    It is written as `http://` however the gateway was reached, which is how Alipay writes it.
    """
    if request.content.get("bill_type") not in ("trade", "signcustomer"):
        raise business("isv.invalid-bill-type", "账单类型不正确")
    day = _day(str(request.content.get("bill_date", "")))
    if not world.has_bill(day):
        raise business("isp.bill_not_exist", "账单不存在")
    link = world.bill_links.issue(request.app, day, world.clock.now())
    return {"bill_download_url": f"http://{urlsplit(request.host_url).netloc}/bill/download?token={link}"}


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise business("isv.invalid-bill-date", "账单日期不正确")
    return day
