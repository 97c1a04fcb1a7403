"""The admission desk (住院处): stays from admission to settlement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from hospital_bridge.sandbox.hospital import codes
from hospital_bridge.sandbox.hospital.model import Declined, Stay


class Admissions:
    """Stays by number; `keep` writes each change down before it counts."""

    def __init__(self, keep: Callable[[Stay], None]) -> None:
        self._keep = keep
        self._by_number: dict[str, Stay] = {}

    def take_in(self, stay: Stay) -> None:
        """Hold a stay that is written down already."""
        self._by_number[stay.stay_no] = stay

    def get(self, stay_no: str) -> Stay:
        """The stay of that number; Declined where there is none."""
        if stay_no not in self._by_number:
            raise Declined(codes.STAY_UNKNOWN, "no such stay")
        return self._by_number[stay_no]

    def admit(self, stay: Stay) -> Stay:
        """A new stay under the next number; whatever number it brings is replaced."""
        return self._change(replace(stay, stay_no=f"ZY{len(self._by_number) + 1:08d}"))

    def transfer(self, stay_no: str, doctor_code: str) -> Stay:
        """The patient lies in the ward of another doctor."""
        return self._change(replace(self._open(stay_no), doctor_code=doctor_code))

    def cancel(self, stay_no: str) -> Stay:
        """There was no such admission."""
        return self._change(replace(self._open(stay_no), cancelled=True))

    def charge(self, stay_no: str, total_fen: int, insurance_fen: int = 0, account_fen: int = 0) -> Stay:
        """What it has come to so far, and who pays which part."""
        charged = replace(self._open(stay_no), total_fen=total_fen)
        return self._change(replace(charged, insurance_fen=insurance_fen, account_fen=account_fen))

    def discharge(self, stay_no: str, at: datetime | None) -> Stay:
        """The patient left then; None takes it back."""
        return self._change(replace(self._open(stay_no), discharged_at=at))

    def settle(self, stay_no: str, at: datetime, gone_back_fen: int) -> Stay:
        """The settlement (出院结算) is made under the number of the stay's own, when so much of it had gone back."""
        settled = replace(self._open(stay_no), settlement_no=f"JS{stay_no[2:]}", settled_at=at)
        return self._change(replace(settled, gone_back_fen=gone_back_fen))

    def correct(self, stay_no: str, at: datetime, gone_back_fen: int, total_fen: int, insurance_fen: int) -> Stay:
        """The settlement is reckoned anew under its number; Declined while there is none."""
        stay = self.get(stay_no)
        if not stay.settlement_no:
            raise Declined(codes.STAY_UNKNOWN, "the stay is not settled")
        reckoned = replace(stay, total_fen=total_fen, insurance_fen=insurance_fen, settled_at=at)
        return self._change(replace(reckoned, gone_back_fen=gone_back_fen))

    def _open(self, stay_no: str) -> Stay:
        stay = self.get(stay_no)
        if not stay.is_open:
            raise Declined(codes.STAY_CLOSED, "the stay is settled or cancelled")
        return stay

    def _change(self, stay: Stay) -> Stay:
        self._keep(stay)
        self.take_in(stay)
        return stay
