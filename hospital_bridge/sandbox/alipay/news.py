"""What a notice says of a trade."""

from __future__ import annotations

import json

from hospital_bridge.sandbox.alipay.accounts import WalletUser
from hospital_bridge.sandbox.alipay.amounts import yuan
from hospital_bridge.sandbox.alipay.local_time import written
from hospital_bridge.sandbox.alipay.trade import Refund, Trade


def notice_fields(trade: Trade, refund: Refund | None = None) -> dict[str, str]:
    """The fields of a `trade_status_sync` notice; `refund` adds those of refund news."""
    fields = {
        "notify_type": "trade_status_sync",
        "app_id": trade.app_id,
        "auth_app_id": trade.app_id,
        "charset": "utf-8",
        "version": "1.0",
        "sign_type": "RSA2",
        "trade_no": trade.trade_no,
        "out_trade_no": trade.out_trade_no,
        "seller_id": trade.seller_id,
        "trade_status": trade.status.value,
        "total_amount": yuan(trade.total_fen),
        "subject": trade.content.subject,
        "gmt_create": written(trade.created_at),
        **buyer_fields(trade.buyer),
    }
    if trade.paid_at is not None:
        fields |= {"gmt_payment": written(trade.paid_at), **paid_amounts(trade), **_funds(trade)}
    if trade.closed_at is not None:
        fields["gmt_close"] = written(trade.closed_at)
    if refund is not None:
        fields |= {
            "refund_fee": yuan(trade.refunded_fen),
            "gmt_refund": f"{written(refund.at)}.000",
            "out_biz_no": refund.request_no,
        }
    return fields


def buyer_fields(buyer: WalletUser | None) -> dict[str, str]:
    """Who paid or shall pay."""
    return {} if buyer is None else {"buyer_id": buyer.user_id, "buyer_logon_id": buyer.logon_id}


def paid_amounts(trade: Trade) -> dict[str, str]:
    """The amounts of a paid trade; nobody but the buyer pays a part of it here."""
    total = yuan(trade.total_fen)
    return {"receipt_amount": total, "buyer_pay_amount": total, "invoice_amount": total, "point_amount": "0.00"}


def _funds(trade: Trade) -> dict[str, str]:
    funds = [{"amount": yuan(trade.total_fen), "fundChannel": "ALIPAYACCOUNT"}]
    return {"fund_bill_list": json.dumps(funds, separators=(",", ":"))}
