"""One row of the table, and the words for what a listener did instead."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from adapters.hl7.listener_table.wire import Closed, Silent, Target

ACCEPTED = ("AA", "CA")
REFUSED = ("AR", "AE", "CR", "CE")


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement; `play` returns '' where it holds, else what was seen.

    `needs` names the field of `Target` without which the row cannot be played.
    """

    name: str
    requirement: str
    play: Callable[[Target], str]
    needs: str = ""


class Verdict(StrEnum):
    """What became of a row."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_PLAYED = "not played"


@dataclass(frozen=True, slots=True)
class Finding:
    """A row, its verdict, and what was seen where it fails."""

    row: Row
    verdict: Verdict
    seen: str = ""


def judged(row: Row, target: Target) -> Finding:
    """Play one row; whatever the listener does is a finding."""
    if row.needs and not getattr(target, row.needs):
        return Finding(row, Verdict.NOT_PLAYED)
    try:
        seen = row.play(target)
    except Silent:
        seen = f"no answer within {target.wait:g} s"
    except Closed as end:
        seen = f"the connection ended without an answer: {end}"
    except OSError as failure:
        seen = f"no connection: {type(failure).__name__}"
    return Finding(row, Verdict.FAILS if seen else Verdict.HOLDS, seen)


def msa(answer: bytes) -> tuple[str, bytes]:
    """MSA-1 and the bytes of MSA-2; empty where the answer has none."""
    lines = answer.replace(b"\n", b"\r").split(b"\r")
    separator = answer[3:4] or b"|"
    fields = next((line.split(separator) for line in lines if line.startswith(b"MSA" + separator)), [])
    code, control_id = (*fields[1:3], b"", b"")[:2]
    return code.decode("latin-1"), control_id


def unlike(answer: bytes, control_id: str | bytes, codes: Collection[str] = ACCEPTED) -> str:
    """'' where it is the answer to that message with one of the codes, else what it is."""
    wanted = control_id if isinstance(control_id, bytes) else control_id.encode()
    code, named = msa(answer)
    if code in codes and named == wanted:
        return ""
    return f"answered {code or 'without MSA-1'} for {named!r} instead of {' or '.join(codes)} for {wanted!r}"


def first(*seen: str) -> str:
    """The first thing that was wrong."""
    return next((each for each in seen if each), "")
