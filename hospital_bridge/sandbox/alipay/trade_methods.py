"""The trade methods of the gateway (wallet reference 1.5)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from hospital_bridge.sandbox.alipay.accounts import WalletUser
from hospital_bridge.sandbox.alipay.amounts import fen, yuan
from hospital_bridge.sandbox.alipay.local_time import read, written
from hospital_bridge.sandbox.alipay.news import buyer_fields, paid_amounts
from hospital_bridge.sandbox.alipay.refusals import business, invalid_content
from hospital_bridge.sandbox.alipay.request import GatewayRequest
from hospital_bridge.sandbox.alipay.trade import Move, Trade, TradeContent
from hospital_bridge.sandbox.alipay.trade_book import TradeRequest
from hospital_bridge.sandbox.alipay.world import AlipayWorld

_ORDER_NUMBER = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)
_RELATIVE = re.compile(r"(\d{1,5})([mhd])", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST = timedelta(days=15)


def create(world: AlipayWorld, request: GatewayRequest) -> dict[str, object]:
    """`alipay.trade.create`: an order that one buyer will pay."""
    trade = _opened(world, request, _buyer(world, request))
    return _numbers(trade)


def precreate(world: AlipayWorld, request: GatewayRequest) -> dict[str, object]:
    """`alipay.trade.precreate`: an order for whoever scans the code."""
    trade = _opened(world, request, None)
    return {"out_trade_no": trade.out_trade_no, "qr_code": f"https://qr.alipay.com/{trade.trade_no}"}


def query(world: AlipayWorld, request: GatewayRequest) -> dict[str, object]:
    """`alipay.trade.query`."""
    trade = _found(world, request)
    fields: dict[str, object] = {
        **_numbers(trade),
        "trade_status": trade.status.value,
        "total_amount": yuan(trade.total_fen),
        "buyer_user_id": trade.buyer.user_id if trade.buyer else "",
        "buyer_logon_id": trade.buyer.logon_id if trade.buyer else "",
    }
    if trade.paid_at is not None:
        fields |= {"send_pay_date": written(trade.paid_at), **paid_amounts(trade)}
    return fields


def close(world: AlipayWorld, request: GatewayRequest) -> dict[str, object]:
    """`alipay.trade.close`: only an unpaid trade can be closed."""
    trade = _found(world, request)
    trade.move(Move.CLOSE, world.clock.now())
    world.announce(trade)
    return _numbers(trade)


def refund(world: AlipayWorld, request: GatewayRequest) -> dict[str, object]:
    """`alipay.trade.refund`: a repeated `out_request_no` moves no money, which `fund_change` tells."""
    trade = _found(world, request)
    amount = fen(request.content.get("refund_amount", ""))
    if amount is None:
        raise _bad("refund_amount")
    number = str(request.content.get("out_request_no", ""))
    moved = trade.refund(number, amount, world.clock.now())
    if moved:
        world.announce(trade, trade.refunds[number or trade.out_trade_no])
    return {
        **_numbers(trade),
        **buyer_fields(trade.buyer),
        "fund_change": "Y" if moved else "N",
        "refund_fee": yuan(trade.refunded_fen),
        "send_back_fee": yuan(amount if moved else 0),
    }


def refund_query(world: AlipayWorld, request: GatewayRequest) -> dict[str, object]:
    """`alipay.trade.fastpay.refund.query`: an unknown request number is answered by 10000 and nothing else."""
    trade = _found(world, request)
    options = request.content.get("query_options", [])
    if not isinstance(options, list):
        raise invalid_content("query_options不是数组")
    known = trade.refunds.get(str(request.content.get("out_request_no", "")))
    if known is None:
        return {}
    fields = {
        **_numbers(trade),
        "out_request_no": known.request_no,
        "total_amount": yuan(trade.total_fen),
        "refund_amount": yuan(known.amount_fen),
        "refund_status": "REFUND_SUCCESS",
    }
    if "gmt_refund_pay" in options:
        fields["gmt_refund_pay"] = written(known.at)
    return fields


def _opened(world: AlipayWorld, request: GatewayRequest, buyer: WalletUser | None) -> Trade:
    content = request.content
    number, subject = str(content.get("out_trade_no", "")), str(content.get("subject", ""))
    amount = fen(content.get("total_amount", ""))
    if not _ORDER_NUMBER.fullmatch(number):
        raise _bad("out_trade_no")
    if amount is None:
        raise _bad("total_amount")
    if not subject:
        raise _bad("subject")
    order = TradeRequest(
        number,
        TradeContent(amount, subject, buyer),
        request.parameters.get("notify_url", ""),
        _expiry(request, world.clock.now()),
    )
    return world.trades.open(request.app, order, world.clock.now())


def _expiry(request: GatewayRequest, now: datetime) -> datetime:
    relative = _RELATIVE.fullmatch(str(request.content.get("timeout_express", "15d")))
    if relative is None:
        raise _bad("timeout_express")
    try:
        absolute = read(str(request.content["time_expire"])) if "time_expire" in request.content else None
    except ValueError:
        raise _bad("time_expire") from None
    return min(absolute or now + int(relative[1]) * _UNITS[relative[2]], now + _LONGEST)


def _buyer(world: AlipayWorld, request: GatewayRequest) -> WalletUser:
    given = [request.content.get("buyer_id"), request.content.get("buyer_open_id")]
    if any(isinstance(each, list | dict) for each in given):
        raise invalid_content("buyer_id不是字符串")
    named = set(given) - {None, ""}
    if not named:
        raise _bad("buyer_id")
    for user in world.users.values():
        if named & {user.user_id, user.open_id}:
            return user
    raise business("ACQ.BUYER_NOT_EXIST", "买家不存在")


def _found(world: AlipayWorld, request: GatewayRequest) -> Trade:
    order, number = str(request.content.get("out_trade_no", "")), str(request.content.get("trade_no", ""))
    if not order and not number:
        raise _bad("out_trade_no")
    return world.trades.find(request.app.seller_id, out_trade_no=order, trade_no=number)


def _numbers(trade: Trade) -> dict[str, object]:
    return {"out_trade_no": trade.out_trade_no, "trade_no": trade.trade_no}


def _bad(name: str) -> Exception:
    return business("ACQ.INVALID_PARAMETER", f"参数有误：{name}")
