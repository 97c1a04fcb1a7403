"""What this hospital's laboratory and imaging can do, what it costs, and when a value is an alarm."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hospital_bridge.sandbox.hospital.model import BillItem


@dataclass(frozen=True, slots=True)
class Analyte:
    """One measured value: its range, and the limits beyond which somebody must act at once (危急值)."""

    code: str
    name: str
    units: str
    low: str
    high: str
    critical_low: str = "-1"
    critical_high: str = "1e9"

    def flag(self, value: str) -> str:
        """HL7 table 0078."""
        number = Decimal(value)
        limits = (("LL", self.critical_low), ("L", self.low))
        below = next((flag for flag, limit in limits if number < Decimal(limit)), "")
        above = next((f for f, limit in (("HH", self.critical_high), ("H", self.high)) if number > Decimal(limit)), "")
        return below or above or "N"


@dataclass(frozen=True, slots=True)
class Panel:
    """What a doctor orders at one go (检验或检查项目); without `tests` its findings are words and a PDF."""

    code: str
    name: str
    section: str
    price_fen: int
    insurance_fen: int = 0
    account_fen: int = 0
    tests: tuple[Analyte, ...] = ()

    @property
    def item(self) -> BillItem:
        """Its line on the bill."""
        return BillItem(self.code, self.name, 1, self.price_fen, self.insurance_fen, self.account_fen)


BLOOD_COUNT = Panel(
    "250101015",
    "血常规",
    "HM",
    2_500,
    tests=(
        Analyte("WBC", "白细胞计数", "10*9/L", "3.5", "9.5", "1.0", "50"),
        Analyte("HGB", "血红蛋白", "g/L", "115", "175", "50", "230"),
        Analyte("PLT", "血小板计数", "10*9/L", "125", "350", "30", "1000"),
    ),
)
GLUCOSE = Panel(
    "250302001", "葡萄糖测定", "CH", 800, 600, 0, (Analyte("GLU", "葡萄糖", "mmol/L", "3.9", "6.1", "2.2", "22.2"),)
)
POTASSIUM = Panel(
    "250304001", "钾测定", "CH", 600, 400, 50, (Analyte("K", "钾", "mmol/L", "3.5", "5.3", "2.8", "6.2"),)
)
CHEST_CT = Panel("210300001", "胸部CT平扫", "CT", 18_000, 9_000)

PANELS = {panel.code: panel for panel in (BLOOD_COUNT, GLUCOSE, POTASSIUM, CHEST_CT)}
