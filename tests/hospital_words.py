"""The words that only a hospital would say, to be looked for where another trade is served."""

from __future__ import annotations

import re

_CHINESE = "诊|患者|病|医|药|护士|本院|住院|科室|挂号|退号|检验|检查结果|影像|缴费"
_ENGLISH = (
    r"\b(?:hospital|patient|doctor|physician|nurse|clinic|clinical|medical|medicine|ward|laboratory|examination"
    r"|diagnos\w+|registration|prescription)s?\b"
)
_OURS = re.compile(r"hospital[-_]bridge")
_WORDS = re.compile(f"{_CHINESE}|{_ENGLISH}", re.IGNORECASE)


def hospital_words(text: str) -> list[str]:
    """Every such word in a text; the bridge's own name is none."""
    return _WORDS.findall(_OURS.sub("", text))
