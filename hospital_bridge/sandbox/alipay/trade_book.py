"""Every trade of the sandbox, found by either number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hospital_bridge.sandbox.alipay.accounts import App
from hospital_bridge.sandbox.alipay.local_time import ZONE
from hospital_bridge.sandbox.alipay.refusals import business
from hospital_bridge.sandbox.alipay.trade import Trade, TradeContent, TradeStatus

_REPEATED = {
    TradeStatus.TRADE_SUCCESS: "ACQ.TRADE_HAS_SUCCESS",
    TradeStatus.TRADE_FINISHED: "ACQ.TRADE_HAS_SUCCESS",
    TradeStatus.TRADE_CLOSED: "ACQ.TRADE_HAS_CLOSE",
}


@dataclass(frozen=True, slots=True)
class TradeRequest:
    """An order that a merchant wants opened."""

    out_trade_no: str
    content: TradeContent
    notify_url: str
    expires_at: datetime | None


class TradeBook:
    """Trades by seller and `out_trade_no`, and by `trade_no`; the caller holds the world's lock."""

    def __init__(self) -> None:
        self._by_order: dict[tuple[str, str], Trade] = {}
        self._by_number: dict[str, Trade] = {}

    def __iter__(self) -> Iterator[Trade]:
        return iter(tuple(self._by_number.values()))

    def open(self, app: App, request: TradeRequest, at: datetime) -> Trade:
        """The trade of that order number: a new one, or the same again while it waits for the same content."""
        known = self._by_order.get((app.seller_id, request.out_trade_no))
        if known is None:
            return self._new(app, request, at)
        if known.content != request.content:
            raise business("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改")
        if known.status in _REPEATED:
            raise business(_REPEATED[known.status], "交易已支付或已关闭")
        return known

    def _new(self, app: App, request: TradeRequest, at: datetime) -> Trade:
        trade = Trade(
            app_id=app.app_id,
            seller_id=app.seller_id,
            trade_no=f"{at.astimezone(ZONE):%Y%m%d}22001{len(self._by_number) + 1:015d}",
            out_trade_no=request.out_trade_no,
            content=request.content,
            created_at=at,
            notify_url=request.notify_url,
            expires_at=request.expires_at,
            buyer=request.content.buyer,
        )
        self._by_order[app.seller_id, trade.out_trade_no] = trade
        self._by_number[trade.trade_no] = trade
        return trade

    def find(self, seller_id: str, *, out_trade_no: str = "", trade_no: str = "") -> Trade:
        """A seller's own trade by either number; a code that nobody has scanned is no trade yet."""
        trade = self._by_number.get(trade_no) if trade_no else self._by_order.get((seller_id, out_trade_no))
        if trade is None or trade.seller_id != seller_id or trade.buyer is None:
            raise business("ACQ.TRADE_NOT_EXIST", "交易不存在")
        return trade

    def numbered(self, trade_no: str) -> Trade | None:
        """Any trade by its own number, for the payer's side."""
        return self._by_number.get(trade_no)
