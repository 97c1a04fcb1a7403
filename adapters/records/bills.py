"""Bills that the hospital issues and withdraws, out of records: one for each item, the bill's own fields in each."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.errors import Malformed
from adapters.heard import Told
from adapters.news import BillIssued, BillWithdrawn, ChargeItem, Left
from adapters.records import Record
from adapters.records.conventions import NOTHING, WANTED, WITHDRAWN, Conventions
from adapters.records.directory import patient, person_name
from adapters.records.fields import Fields
from adapters.sums import NOTHING as NO_MONEY
from adapters.sums import Shares, not_negative, shares_of, total_of
from adapters.sums import Told as Sum
from adapters.values import Fen


def bill(rows: Sequence[Record], conventions: Conventions) -> Told:
    """One bill, wanted or wanted no more; one whose state tells nothing yet is left.

    Rows of one bill that are in several states contradict each other, and no sum is ever made up.
    """
    lines = [Fields(row, conventions) for row in rows]
    states = {_state(line, row) for line, row in zip(lines, rows, strict=True)}
    if len(states) > 1:
        raise Malformed("bill_state contradicts itself: one bill is in several states")
    match states.pop():
        case str(state) if state == NOTHING:
            return Left("bill_state", "a bill that is none yet")
        case str(state) if state == WITHDRAWN:
            at = lines[0].required_instant("issued_at")
            return BillWithdrawn(lines[0].required_number("bill_no"), patient(rows[0], conventions), at)
        case _:
            return _issued(rows[0], lines)


def _state(line: Fields, row: Record) -> str:
    return line.meaning("bill_state", line.conventions.bill_states) if "bill_state" in row else WANTED


def _issued(head: Record, lines: Sequence[Fields]) -> BillIssued:
    first = lines[0]
    shares = _shares(lines)
    return BillIssued(
        bill_no=first.required_number("bill_no"),
        patient=patient(head, first.conventions),
        filler_id=first.number("filler_id"),
        department_name=first.text("department_name"),
        practitioner_name=person_name(first.text("practitioner_name")),
        items=tuple(_item(line) for line in lines),
        total_fen=shares.total,
        insurance_fen=shares.insurance,
        account_fen=shares.account,
        self_pay_fen=shares.self_pay,
        at_window=any(line.holds("at_window") for line in lines),
        issued_at=first.required_instant("issued_at"),
    )


def _item(line: Fields) -> ChargeItem:
    amount = _amount(line, "item_amount")
    code = line.text("item_code")
    name = line.text("item_name") or code
    if not name:
        raise Malformed("item_name is missing")
    return ChargeItem(code, name, line.text("quantity"), NO_MONEY if amount is None else amount, amount is not None)


def _shares(lines: Sequence[Fields]) -> Shares:
    items = [Sum(_amount(line, "item_amount"), "item_amount") for line in lines]
    total = total_of(items, [Sum(_amount(line, "total"), "total") for line in lines])
    shares = ("insurance", "account", "self_pay")
    insurance, account, self_pay = (_share(lines, f"item_{share}", share) for share in shares)
    return shares_of(total, insurance, account, self_pay, "insurance")


def _share(lines: Sequence[Fields], of_item: str, of_bill: str) -> Fen | None:
    """A share that the items tell, added up; else the one that is told for the bill."""
    own = [_amount(line, of_item) for line in lines]
    if any(each is not None for each in own):
        return Fen(sum(each or NO_MONEY for each in own))
    return _amount(lines[0], of_bill)


def _amount(line: Fields, name: str) -> Fen | None:
    return not_negative(line.amount(name), name)
