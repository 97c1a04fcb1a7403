"""A stay in hospital (住院) as it is told: where it stands, what deposits (预交金) lie on it, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from adapters.errors import Malformed
from adapters.sums import NOTHING, Shares
from adapters.values import Fen, PatientRecord


class Stage(StrEnum):
    """ADMITTED: the patient is in hospital. DISCHARGED: no longer. CANCELLED: there was no such admission after all."""

    ADMITTED = "admitted"
    DISCHARGED = "discharged"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class StayTold:
    """What is said of a stay at `told_at`, whose number (住院号) it names. Sums in fen.

    What is not told leaves what was told before: an empty `ward`, and every None.
    `balance_fen` is what of the deposits is left, negative where more is owed; `asked_fen` is the further deposit that
    the hospital wants (催缴). Once the stay is settled (出院结算) nothing is paid onto it: `shares` are what it came
    to, `surplus_fen` of the deposits goes back, and `due_fen` is what they did not cover.
    """

    stay_no: str
    patient: PatientRecord
    ward: str
    balance_fen: Fen | None
    is_settled: bool | None
    surplus_fen: Fen
    told_at: datetime
    stage: Stage | None = None
    admitted_at: datetime | None = None
    discharged_at: datetime | None = None
    asked_fen: Fen | None = None
    shares: Shares | None = None
    deposits_fen: Fen | None = None
    due_fen: Fen = NOTHING
    settlement_no: str = ""

    def __post_init__(self) -> None:
        """Malformed where sums are negative, told before the settlement, or contradict each other."""
        if min(self.surplus_fen, self.due_fen, self.asked_fen or NOTHING) < 0:
            raise Malformed("a sum of the stay is negative")
        if (self.surplus_fen or self.due_fen) and not self.is_settled:
            raise Malformed("the surplus of a stay, or what is due for it, is told before its settlement")
        if self.surplus_fen and self.due_fen:
            raise Malformed("the stay has a surplus and is to be paid for")
        if self.is_settled and self.shares is not None and self.deposits_fen is not None:
            rest = self.deposits_fen - self.shares.self_pay
            if self.surplus_fen != max(0, rest) or self.due_fen > max(0, -rest):
                raise Malformed("the deposits less the own part are not what goes back or is due")
