"""The head of a bank's statement -> what each column is; and what a row's column of credit or debit says.

Banks agree on no layout, so that columns are found by the names of their heads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_HEADS: Mapping[str, tuple[str, ...]] = {
    "date": ("入账日期", "记账日期", "交易日期", "交易日", "交易时间", "日期", "date"),
    "direction": (
        *("借贷标志", "借贷标识", "借贷标记", "借贷方向", "借贷类型", "借贷别", "借贷", "借/贷"),
        *("收支标志", "收支标识", "收支方向", "收支", "收/支", "收付标志", "收付方向", "收付", "收/付"),
        *("来往账标志", "往来账标志", "交易方向", "资金流向"),
        *("dr/cr", "cr/dr", "d/c", "c/d", "debit/credit", "credit/debit", "direction"),
    ),
    "amount": ("贷方金额", "贷方发生额", "收入金额", "收入", "入账金额", "金额", "credit", "amount"),
    "reference": ("交易流水号", "账户明细编号-交易流水号", "流水号", "凭证号", "参考号", "reference"),
    "debit": ("借方金额", "借方发生额", "支出金额", "支出", "debit"),
    "about": ("清算日期", "账单日期", "bill date"),
    "payer": (
        *("对方户名", "对方账户名称", "对方单位名称", "对方单位", "对方名称"),
        *("付款人名称", "付款人", "收/付方名称", "收付方名称", "payer"),
    ),
    "summary": ("摘要", "用途", "附言", "交易附言", "备注", "summary"),
}
_SEVERAL = frozenset({"payer", "summary"})
"""What may stand in several columns: a bank that has both 摘要 and 用途 names the wallet in either."""

_KIND = "交易类型"
"""来账 or 往账 where a bank has one column of sums; elsewhere a word such as 转账, which says nothing."""

_OF_BOTH = ("交易金额", "发生额")
"""Sums of credits and debits alike: of use only beside a column that says which of them a row is."""

_NEEDED = ("date", "amount", "reference")
_UNIT = re.compile(r"[（(].*?[)）]|\[.*?\]|\s+$")
_CREDIT = {
    *("贷", "贷方", "贷记", "收", "收入", "收款", "转入", "存入", "入账", "进账", "来账", "流入"),
    *("c", "cr", "credit"),
}
_DEBIT = {
    *("借", "借方", "借记", "支", "支出", "付", "付款", "转出", "支取", "出账", "往账", "流出"),
    *("d", "dr", "debit"),
}


def head_of(cells: Sequence[str]) -> Sequence[str]:
    """What each column is, empty where it is of no use; nothing where this is no head."""
    told = [_UNIT.sub("", cell).strip().lower().replace("／", "/") for cell in cells]
    heads = [""] * len(cells)
    for what, names in _HEADS.items():
        known = (*names, *_also(what, told, heads))
        places = [told.index(name) for name in known if name in told]
        for place in places if what in _SEVERAL else places[:1]:
            heads[place] = what
    return heads if all(what in heads for what in _NEEDED) else ()


def _also(what: str, told: Sequence[str], heads: Sequence[str]) -> Sequence[str]:
    """Names that count only beside others: sums of both beside a direction, 交易类型 where nothing else says which."""
    if what == "amount" and "direction" in heads:
        return _OF_BOTH
    if what == "direction" and not any(name in told for name in _HEADS["amount"]):
        return (_KIND,)
    return ()


def is_credit(text: str) -> bool | None:
    """Whether a column of credit or debit says credit; None where it says neither, or both."""
    told = {part in _CREDIT if part in _CREDIT | _DEBIT else None for part in re.findall(r"\w+", text.lower())}
    return told.pop() if len(told) == 1 else None
