"""The bill of one day: a zip of two GBK CSV files, detail and summary (wallet reference 1.5)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hospital_bridge.sandbox.alipay.accounts import App
from hospital_bridge.sandbox.alipay.amounts import share, yuan
from hospital_bridge.sandbox.alipay.local_time import ZONE, business_day, written
from hospital_bridge.sandbox.alipay.trade import Refund, Trade

COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
    "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
_SUMMARY_COLUMNS = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,"
    "卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
)
_RULE = "-" * 40


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of money."""

    trade: Trade
    kind: str
    amount_fen: int
    fee_fen: int
    at: datetime
    request_no: str = ""

    def written(self) -> str:
        """The row; ids end in a TAB so that spreadsheets keep them as text."""
        trade, amount = self.trade, yuan(self.amount_fen)
        cells = [f"{trade.trade_no}\t", f"{trade.out_trade_no}\t", self.kind, _one_cell(trade.content.subject)]
        cells += [written(trade.created_at), written(self.at), "", "", "", ""]
        cells += [trade.buyer.logon_id if trade.buyer else "", amount, amount]
        cells += ["0.00"] * 5 + [""] + ["0.00"] * 2
        return ",".join([*cells, f"{self.request_no}\t", yuan(self.fee_fen), "0.00", ""])


def archive(app: App, trades: Iterable[Trade], *, day: date, made_at: datetime) -> bytes:
    """The zip, as it is downloaded; file names are GBK too."""
    lines = sorted(_lines(app, trades, day), key=lambda line: line.at)
    stem = f"{app.seller_id}0156_{day:%Y%m%d}"
    files = {
        f"{stem}_业务明细.csv": _detail(app, lines, day, made_at),
        f"{stem}_业务明细(汇总).csv": _summary(app, lines, day, made_at),
    }
    return _packed(files)


def _packed(files: Mapping[str, str]) -> bytes:
    """A zip whose names are GBK without the UTF-8 flag, as Alipay's are: zipfile itself would write UTF-8."""
    packed = io.BytesIO()
    stand_ins = {}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for order, (name, text) in enumerate(files.items()):
            wanted = name.encode("gbk")
            stand_in = f"stand-in-{order}-".ljust(len(wanted), "~")
            target.writestr(zipfile.ZipInfo(stand_in), text.encode("gbk", errors="replace"), zipfile.ZIP_DEFLATED)
            stand_ins[stand_in.encode()] = wanted
    archive_bytes = packed.getvalue()
    for written_name, wanted_name in stand_ins.items():
        archive_bytes = archive_bytes.replace(written_name, wanted_name)
    return archive_bytes


def _lines(app: App, trades: Iterable[Trade], day: date) -> Iterable[Line]:
    for trade in trades:
        if trade.seller_id != app.seller_id:
            continue
        if trade.paid_at is not None and business_day(trade.paid_at) == day:
            yield Line(trade, "交易", trade.total_fen, -share(trade.total_fen, app.fee_per_mille), trade.paid_at)
        for refund in trade.refunds.values():
            if business_day(refund.at) == day:
                yield _refund_line(trade, refund)


def _refund_line(trade: Trade, refund: Refund) -> Line:
    return Line(trade, "退款", -refund.amount_fen, 0, refund.at, refund.request_no)


def _head(app: App, title: str, day: date) -> list[str]:
    start = datetime.combine(day, datetime.min.time())
    return [
        f"#{title}",
        f"#账号：[{app.seller_id}0156]",
        f"#起始日期：[{_chinese(start)}]   终止日期：[{_chinese(start + timedelta(days=1))}]",
    ]


def _detail(app: App, lines: list[Line], day: date, made_at: datetime) -> str:
    rows = [*_head(app, "支付宝业务明细查询", day), f"#{_RULE}业务明细列表{_RULE}", COLUMNS]
    rows += [line.written() for line in lines]
    rows.append(f"#{_RULE}业务明细列表结束{_RULE}")
    rows += [f"#{kind}合计：{_sums([line for line in lines if line.kind == kind])}" for kind in ("交易", "退款")]
    rows.append(f"#导出时间：[{_chinese(made_at.astimezone(ZONE))}]")
    return "\r\n".join(rows) + "\r\n"


def _summary(app: App, lines: list[Line], day: date, made_at: datetime) -> str:
    amount, fee = sum(line.amount_fen for line in lines), sum(line.fee_fen for line in lines)
    payments = sum(line.kind == "交易" for line in lines)
    cells = ["合计", "", str(payments), str(len(lines) - payments), yuan(amount), yuan(amount)]
    cells += ["0.00"] * 3 + [yuan(fee), "0.00", yuan(amount + fee)]
    rows = [*_head(app, "支付宝业务汇总查询", day), f"#{_RULE}业务汇总列表{_RULE}", _SUMMARY_COLUMNS]
    rows += [",".join(cells), f"#{_RULE}业务汇总列表结束{_RULE}"]
    rows.append(f"#导出时间：[{_chinese(made_at.astimezone(ZONE))}]")
    return "\r\n".join(rows) + "\r\n"


def _sums(lines: list[Line]) -> str:
    return f"{len(lines)}笔，商家实收共{yuan(sum(line.amount_fen for line in lines))}元，商家优惠共0.00元"


def _chinese(at: datetime) -> str:
    return f"{at:%Y}年{at:%m}月{at:%d}日 {at:%H:%M:%S}"


def _one_cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text
