"""The page of permanent error codes."""

from __future__ import annotations

from docs._pages.markdown import document
from hospital_bridge.error_codes import CODES, ErrorCode

INTRODUCTION = (
    "Every message of the bridge that needs somebody to act ends in a code. A code keeps its meaning for ever. "
    "`hospital-bridge explain CODE` prints the same words at the terminal, in its language."
)


def page() -> str:
    """One section for each code, to be linked as `errors.html#hb-c003`."""
    return document("Error codes", INTRODUCTION, *(_section(entry) for entry in CODES))


def _section(entry: ErrorCode) -> str:
    lines = [f"## {entry.code}", f"**{entry.title}**", entry.remedy]
    if not entry.code.startswith("HB-C"):
        lines.append(f"HTTP status {entry.status.value} {entry.status.phrase}.")
    return "\n\n".join(lines)
