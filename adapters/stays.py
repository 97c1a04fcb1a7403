"""A stay in hospital (住院) as it is told: what deposits (预交金) may be paid onto, and what of them goes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapters.errors import Malformed
from adapters.values import Fen, PatientRecord


@dataclass(frozen=True, slots=True)
class StayTold:
    """How a stay stands at `told_at`; a later word of the same `stay_no` (住院号) replaces it. Sums in fen.

    `balance_fen` is what of the deposits is left, negative where more is owed. Once it is settled (出院结算) nothing is
    paid onto it any more, and `surplus_fen` of the deposits goes back; what they did not cover comes as a bill.
    """

    stay_no: str
    patient: PatientRecord
    ward: str
    balance_fen: Fen
    is_settled: bool
    surplus_fen: Fen
    told_at: datetime

    def __post_init__(self) -> None:
        """Malformed where a surplus is negative, or told before the settlement."""
        if self.surplus_fen < 0 or (self.surplus_fen and not self.is_settled):
            raise Malformed("the surplus of a stay is negative, or told before its settlement")
