"""The hospital's bills: issued for what a doctor orders, open until somebody settles them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from hospital_bridge.sandbox.hospital import codes
from hospital_bridge.sandbox.hospital.model import Bill, BillState, Declined


class Bills:
    """Bills by number; `keep` writes each change down before it counts."""

    def __init__(self, keep: Callable[[Bill], None]) -> None:
        self._keep = keep
        self._by_number: dict[str, Bill] = {}

    def take_in(self, bill: Bill) -> None:
        """Hold a bill that is written down already."""
        self._by_number[bill.bill_no] = bill

    def all(self) -> Sequence[Bill]:
        """Every bill, those too that are over."""
        return list(self._by_number.values())

    def get(self, bill_no: str) -> Bill:
        """The bill of that number; Declined where there is none."""
        if bill_no not in self._by_number:
            raise Declined(codes.BILL_UNKNOWN, "no such bill")
        return self._by_number[bill_no]

    def issue(self, bill: Bill) -> Bill:
        """A new bill under the next number; whatever number it brings is replaced."""
        return self._change(replace(bill, bill_no=f"B{len(self._by_number) + 1:08d}"))

    def close(self, bill_no: str, state: BillState) -> Bill:
        """Want nothing for it any more; Declined where it is over already."""
        bill = self.get(bill_no)
        if bill.state is not BillState.OPEN:
            raise Declined(codes.BILL_CLOSED, "nothing is wanted for this bill any more")
        return self._change(replace(bill, state=state))

    def _change(self, bill: Bill) -> Bill:
        self._keep(bill)
        self.take_in(bill)
        return bill
