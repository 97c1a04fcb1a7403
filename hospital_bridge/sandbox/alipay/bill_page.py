"""Where the bill's link leads."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, request

from hospital_bridge.sandbox.alipay import bill
from hospital_bridge.sandbox.alipay.bill_links import BillLink
from hospital_bridge.sandbox.alipay.connection import ConnectionCut
from hospital_bridge.sandbox.alipay.faults import BILL, Effect
from hospital_bridge.sandbox.alipay.world import AlipayWorld


def bill_page(world: AlipayWorld) -> Blueprint:
    """The download of one bill."""
    pages = Blueprint("bill", __name__)

    @pages.get("/bill/download")
    def download() -> Response:
        with world.lock:
            link = world.bill_links.follow(request.args.get("token", ""), world.clock.now())
        if link is None:
            return Response("链接已失效", 403)
        fault = world.faults.take(BILL)
        if fault is not None and fault.effect is Effect.LOSE_REPLY:
            raise ConnectionCut
        return Response(_archive(world, link, fault.effect if fault else None), content_type="application/zip")

    return pages


def _archive(world: AlipayWorld, link: BillLink, effect: Effect | None) -> bytes:
    day = link.day - timedelta(days=1) if effect is Effect.WRONG_DAY else link.day
    with world.lock:
        packed = bill.archive(link.app, world.trades, day=day, made_at=world.clock.now())
    if effect is Effect.TRUNCATE:
        return packed[: len(packed) // 2]
    if effect is Effect.EMPTY:
        return b""
    if effect is Effect.FLIP_CONTENT:
        middle = len(packed) // 3
        return packed[:middle] + bytes([packed[middle] ^ 0xFF]) + packed[middle + 1 :]
    return packed
