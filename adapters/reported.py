"""What all reports share, whatever system told them: how firm they are, the weight of a flag, both ends of a range."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.news import CRITICAL_FLAGS, AbnormalFlag, ReportStatus

TAKEN_BACK = frozenset({ReportStatus.CANCELLED, ReportStatus.ENTERED_IN_ERROR})

_MENDED = frozenset({ReportStatus.CORRECTED, ReportStatus.ENTERED_IN_ERROR})
_MADE_CRITICAL = {AbnormalFlag.LOW: AbnormalFlag.CRITICAL_LOW, AbnormalFlag.HIGH: AbnormalFlag.CRITICAL_HIGH}
_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_RANGE = re.compile(
    rf"\s*(?P<low>{_NUMBER})\s*(?:-{{1,3}}|~|～|—{{1,2}}|–|至|to)\s*(?P<high>{_NUMBER})\s*(?P<units>.*)"
)


def status_of(said: ReportStatus | None, items: Sequence[ReportStatus]) -> ReportStatus | None:
    """What the report says of itself; a final one whose items were mended or taken back is as they are.

    None where neither it nor any item says anything.
    """
    if said not in (None, ReportStatus.FINAL) or (said is None and not items):
        return said
    if items and TAKEN_BACK.issuperset(items):
        return max(set(items), key=items.count)
    if said is None and ReportStatus.PRELIMINARY in items:
        return ReportStatus.PRELIMINARY
    return ReportStatus.FINAL if _MENDED.isdisjoint(items) else ReportStatus.CORRECTED


def flag_of(flags: Sequence[AbnormalFlag], *, critical: bool) -> AbnormalFlag:
    """The weightiest of them, critical where that is said whatever else they mean."""
    flag = next((each for each in flags if each in CRITICAL_FLAGS), None) or _weightiest(flags)
    return _MADE_CRITICAL.get(flag, AbnormalFlag.CRITICAL) if critical and flag not in CRITICAL_FLAGS else flag


def limits_of(reference_range: str, units: str) -> tuple[str, str]:
    """Both ends of a range that is two numbers, with or without its units behind; else two empty texts."""
    found = _RANGE.fullmatch(reference_range)
    if not found or found["units"].strip() not in ("", units) or float(found["low"]) > float(found["high"]):
        return "", ""
    return found["low"], found["high"]


def _weightiest(flags: Sequence[AbnormalFlag]) -> AbnormalFlag:
    said = [flag for flag in flags if flag is not AbnormalFlag.NONE]
    telling = [flag for flag in said if flag is not AbnormalFlag.NORMAL]
    return next(iter(telling or said), AbnormalFlag.NONE)
