"""What is wrong with a bank's statement or one of its rows, for the console and the command line.

Message ids of this package's catalogues, with `line` and `value`.
"""

from __future__ import annotations

from collections.abc import Mapping

from hospital_bridge.payment.reconcile.bank_file import Fault

FAULTS: Mapping[Fault | None, str] = {
    Fault.ENCODING: "The file is neither UTF-8 nor GBK: save it as CSV once more.",
    Fault.NO_HEAD: (
        "The file has no head with a date, an amount and a reference, such as 交易日期, 贷方金额, 交易流水号."
    ),
    Fault.NO_PAYER: (
        "The file has no column of payer or summary, such as 对方户名 or 摘要, by which its credits would be known: add"
        " one, or leave the text empty where all credits are the wallet's."
    ),
    Fault.NO_ROW: "The file has no credit.",
    Fault.TOO_LONG: "The file has too many rows: read it month by month.",
    Fault.COLUMNS: "line %(line)s: not as many columns as the head has: %(value)s",
    Fault.DATE: "line %(line)s: not a date: %(value)s",
    Fault.FUTURE: "line %(line)s: a day that has not come: %(value)s",
    Fault.TOO_OLD: (
        "line %(line)s: a day more than three years ago: %(value)s. Put its year right, or leave the row out."
    ),
    Fault.AMOUNT: "line %(line)s: not an amount in yuan with at most two places: %(value)s",
    Fault.DIRECTION: "line %(line)s: neither a credit nor a debit by its column: %(value)s. Write 贷 or 借 there.",
    Fault.CONTRADICTION: (
        "line %(line)s: said to be a debit, with a sum among the credits: %(value)s. Put right which it is."
    ),
    Fault.NEGATIVE: "line %(line)s: an amount below zero: %(value)s. Enter the day's net on its statement.",
    Fault.ZERO: "line %(line)s: an amount of nothing",
    Fault.TOO_LARGE: "line %(line)s: an amount that cannot be: %(value)s",
    Fault.NO_REFERENCE: "line %(line)s: a row without its reference",
    Fault.DOUBLED: "line %(line)s: the reference stands in the file twice: %(value)s",
}
NOTHING_FROM_THERE = "Nothing was kept: no credit of the file has that text in its payer or summary."
NOTHING_KEPT = "Nothing was kept: put the file right and read it again."
