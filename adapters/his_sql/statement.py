"""One SQL statement as a hospital's IT department wrote it: its parameters, and what is wrong with it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_PIECE = re.compile(
    r"""
    (?P<remark>--[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<quiet>
        '(?:[^']|'')*(?:'|\Z)
      | "(?:[^"]|"")*(?:"|\Z)
      | `[^`]*(?:`|\Z)
      | \[[^\]\n:]*\]
      | \$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z)
    )
    | (?P<cast>::|:=)
    | :(?P<parameter>[^\W\d]\w*)
    | (?P<word>\w+)
    | (?P<end>;)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
"""Strings, names in quotes and comments are quiet: nothing inside them is a word or a parameter."""

_READING = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "CALL", "EXEC", "EXECUTE"})
_CHANGING = frozenset(
    {
        *("INSERT", "UPDATE", "DELETE", "MERGE", "UPSERT", "INTO", "TRUNCATE", "CREATE", "ALTER", "DROP"),
        *("GRANT", "REVOKE", "COMMIT", "ROLLBACK", "ATTACH", "DETACH", "VACUUM", "LOCK"),
    }
)
"""What no reading holds; `INTO` is a SELECT that makes a table, `FOR UPDATE` locks what others need."""

_BLOCK = frozenset({"BEGIN", "DECLARE"})


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    text: str
    line: int


class Statement:
    """`text` as it was written; `parameters` are the names behind a colon outside strings and comments."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._pieces = tuple(_pieces(text))
        self.parameters = frozenset(piece.text for piece in self._pieces if piece.kind == "parameter")

    @property
    def bound(self) -> str:
        """The same for `sqlalchemy.text`, fit to stand inside another: no remarks but hints, no last semicolon."""
        left_out = {"remark"} if self._is_block else {"remark", "end"}
        kept = (piece for piece in self._pieces if piece.kind not in left_out or piece.text.startswith("/*+"))
        return "".join(f":{piece.text}" if piece.kind == "parameter" else _inert(piece.text) for piece in kept).strip()

    def faults(self, known: Collection[str], *, reads: bool) -> Iterator[str]:
        """What keeps it from being used, each with the line inside it; `reads` where it may change nothing."""
        words = [piece for piece in self._pieces if piece.kind == "word"]
        if not words:
            yield "there is no statement"
            return
        yield from self._second(reads=reads)
        if reads:
            yield from _changes(words)
        for piece in self._pieces:
            if piece.kind == "parameter" and piece.text not in known:
                yield f"line {piece.line}: the parameter :{piece.text} is not known here{_hint(piece.text, known)}"

    @property
    def _is_block(self) -> bool:
        words = [piece.text.upper() for piece in self._pieces if piece.kind == "word"]
        return bool(words) and words[0] in _BLOCK and words[-1] == "END"

    def _second(self, *, reads: bool) -> Iterator[str]:
        if self._is_block and not reads:
            return
        ended = False
        for piece in self._pieces:
            if ended and piece.kind not in {"end", "other", "remark"}:
                yield f"line {piece.line}: a second statement; one alone can be asked for at a time"
                return
            ended = ended or piece.kind == "end"


def _pieces(text: str) -> Iterator[_Piece]:
    line = 1
    for found in _PIECE.finditer(text):
        kind = "quiet" if found["quiet"] else found.lastgroup or "other"
        yield _Piece(kind, found["parameter"] or found.group(), line)
        line += found.group().count("\n")


def _inert(text: str) -> str:
    return text.replace("\\", "\\\\").replace(":", "\\:")


def _changes(words: list[_Piece]) -> Iterator[str]:
    first = words[0].text.upper()
    if first not in _READING:
        yield f"line {words[0].line}: {first} is no reading; here only what reads may stand"
        return
    changing = next((word for word in words if word.text.upper() in _CHANGING), None)
    if changing is not None:
        yield f"line {changing.line}: {changing.text.upper()} changes something; here only what reads may stand"


def _hint(name: str, known: Collection[str]) -> str:
    if not known:
        return "; there are none"
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean :{near[0]}?" if near else f"; there are :{', :'.join(sorted(known))}"
