"""What `check` tells of a description before anything is asked: every name that a template or a map uses is known."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adapters.his_http.outcome_checks import rule_faults, yes_faults
from adapters.his_http.settings import Operation
from adapters.his_http.template import RAW, Place, Template
from adapters.records.names import ASKED, KINDS, PATIENT, POSTS, lacking_beside

KIND_OF = {
    "departments": "department",
    "practitioners": "practitioner",
    "find_patients": "patient",
    "slots": "slot",
    "book": "booking",
    "find_booking": "booking",
    "find_posting": "posting",
    "postings": "posting",
    "invoice_state": "invoice",
    **dict.fromkeys(POSTS, "receipt"),
}
"""What an operation reads; `register_patient` and `cancel` read nothing but their outcome."""

OPERATIONS = tuple(dict.fromkeys((*ASKED, *POSTS)))
ALWAYS = frozenset({"now", "today", "request_id"})
OF_FEED = frozenset({"since", "until", "since_day", "until_day"})
PAYLOAD, REQUEST = "payload", "request"
JSON = "json"
NUMBERS = frozenset({"amount", "signed_amount", "fee", "page", "page_size", REQUEST})
"""What may stand in JSON without quotes: it is a number whatever the settings say."""

_ESCAPED = re.compile(r"\\.")
PERSONAL = frozenset({*PATIENT, "phone"})

_AROUND: Mapping[str, frozenset[str]] = {"template": frozenset(), "frame": frozenset({REQUEST})}
"""What a template may stand around; every other one has the whole request and its checksums."""

_FILLED_IN = {"find_posting": frozenset({"serial"})}

KeyPath = tuple[str | int, ...]
_Known = Generator["Finding", None, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of a description, and the keys under which it was written."""

    keys: KeyPath
    text: str


@dataclass(frozen=True, slots=True)
class Description:
    """The settings as they were written, and the operations that they made."""

    written: Mapping[str, Any]
    operations: Mapping[str, Operation]
    lookups: Mapping[str, Operation]
    feeds: Mapping[str, Operation]

    def __iter__(self) -> Iterator[Finding]:
        """Every fault."""
        yield from self._needs()
        yield from self._secrets()
        for name, operation in self.operations.items():
            kind = KIND_OF.get(name, "")
            asked = frozenset(ASKED[name if name in ASKED else "post"])
            yield from self._operation(("operations", name), operation, kind, asked, _FILLED_IN.get(name, frozenset()))
        for name, operation in self.feeds.items():
            kind = self.written["feeds"][name]["kind"]
            yield from self._operation(("feeds", name), operation, kind, OF_FEED, frozenset())

    def _operation(
        self, keys: tuple[str, str], operation: Operation, kind: str, asked: frozenset[str], given: frozenset[str]
    ) -> Iterator[Finding]:
        if not operation.asking.url:
            yield Finding((*keys, "url"), "no address is written for it")
        yield from self._outcome(keys, operation)
        reading = operation.reading
        asked |= yield from self._first(keys, operation, asked)
        yield from self._templates(keys, operation, asked)
        lookups = [self.lookups[name] for name in reading.complete if name in self.lookups]
        strange = [name for name in reading.complete if name not in self.lookups]
        yield from (Finding((*keys, "complete"), unknown(name, self.lookups, "a lookup")) for name in strange)
        used = frozenset(name for lookup in lookups for name in (*lookup.asking.names, *lookup.reading.fields))
        allowed = (KINDS[kind].names if kind else frozenset()) | used
        own = frozenset((*reading.fields, *reading.item_fields))
        for table in ("fields", "item_fields"):
            named = reading.fields if table == "fields" else reading.item_fields
            for name in named.keys() - allowed:
                yield Finding((*keys, table, name), unknown(name, allowed, f"a field of a {kind}" if kind else "read"))
        yield from self._lookups(lookups, own | asked, allowed)
        added = frozenset(name for lookup in lookups for name in lookup.reading.fields)
        if kind and (lacking := KINDS[kind].lacking(own | added | given)):
            yield Finding((*keys, "fields"), f"a {kind} needs {', '.join(lacking)} too")

    def _outcome(self, keys: tuple[str, str], operation: Operation) -> Iterator[Finding]:
        """Faults of its rules; those that stand further out are held against the codes that stand there too."""
        judgement = operation.asking.judgement
        at = {knob: self._written_at(keys, knob) for knob in ("codes", "rules", "otherwise")}
        if judgement.codes and judgement.code is None and (at["codes"] or not self._has_any("code")):
            yield Finding((*at["codes"], "codes"), "no `code` says where an answer has its code: nobody looks here")
        codes = judgement.codes if at["rules"] else self.written.get("codes", {})
        for within, text in rule_faults(replace(judgement, codes=codes)):
            yield Finding((*at["rules"], *within), text)
        for within, text in yes_faults(judgement):
            yield Finding((*at[str(within[0])], *within), text)

    def _has_any(self, knob: str) -> bool:
        """Whether it is filled anywhere."""
        groups = ("dialects", "operations", "lookups", "feeds")
        return any(each.get(knob) for each in (self.written, *(e for g in groups for e in self.written[g].values())))

    def _first(
        self, keys: tuple[str, str], operation: Operation, asked: frozenset[str], above: tuple[str, ...] = ()
    ) -> _Known:
        """Faults of the lookups that come first; what is known once they were asked."""
        here = (*self._written_at(keys, "first"), "first")
        for name in operation.reading.first:
            lookup = self.lookups.get(name)
            if lookup is operation:
                continue
            if lookup is None:
                yield Finding(here, unknown(name, self.lookups, "a lookup"))
            elif name in above:
                yield Finding(here, f"{name} would have to come before itself")
            else:
                known = yield from self._first(("lookups", name), lookup, asked, (*above, name))
                yield from self._templates(("lookups", name), lookup, known)
                asked |= lookup.reading.fields.keys()
        return asked

    def _lookups(
        self, lookups: Sequence[Operation], known: frozenset[str], allowed: frozenset[str]
    ) -> Iterator[Finding]:
        for lookup in lookups:
            keys = ("lookups", lookup.name)
            yield from self._outcome(keys, lookup)
            first = yield from self._first(keys, lookup, known)
            yield from self._templates(keys, lookup, first)
            for name in lookup.reading.fields.keys() - allowed - known:
                yield Finding((*keys, "fields", name), unknown(name, allowed, "a field of what it completes"))
            known |= lookup.reading.fields.keys()

    def _templates(self, keys: tuple[str, str], operation: Operation, asked: frozenset[str]) -> Iterator[Finding]:
        asking = operation.asking
        paged = {"page", "page_size"} if operation.reading.page_size else set[str]()
        known = asked | ALWAYS | paged | asking.values.keys() | self.written["secrets"].keys()
        for knob, template in asking.templates:
            at = (*self._written_at(keys, knob), knob)
            here = known | _AROUND.get(knob, asking.digests.keys() | {PAYLOAD})
            may_be_raw = here if knob == "digests" else (PAYLOAD, REQUEST)
            yield from (Finding(at, text) for text in _places(template, here, may_be_raw=may_be_raw))
        private = PERSONAL | self.written["secrets"].keys()
        for name in sorted(_in_path(asking.path) & private):
            yield Finding((*self._written_at(keys, "path"), "path"), f"{{{name}}} {_IN_PATH}")

    def _written_at(self, keys: tuple[str, str], knob: str) -> KeyPath:
        """Where a knob was written that holds for an operation: there, in its dialect, or at the top."""
        own = self.written[keys[0]][keys[1]]
        if knob in own or (knob == "template" and "template" not in self.written):
            return keys
        dialect = own["dialect"]
        return ("dialects", dialect) if knob in self.written["dialects"].get(dialect, {}) else ()

    def _needs(self) -> Iterator[Finding]:
        for name in self.operations:
            yield from (Finding(("operations", name), text) for text in lacking_beside(name, self.operations))

    def _secrets(self) -> Iterator[Finding]:
        ours = {name for names in ASKED.values() for name in names} | ALWAYS | OF_FEED | {PAYLOAD, REQUEST}
        ours |= {name for kind in KINDS.values() for name in kind.names}
        for name in self.written["secrets"].keys() & ours:
            yield Finding(("secrets", name), f"{name} is a name of ours already")


_IN_PATH = "may stand in the query, in a header or in the request, not in the path: paths are logged"


def _in_path(template: Template) -> set[str]:
    """The values of an address before its query."""
    found: set[str] = set()
    for piece in template.pieces:
        if isinstance(piece, str) and "?" in piece:
            break
        if not isinstance(piece, str):
            found.add(piece.name)
    return found


def _places(template: Template, known: Iterable[str], *, may_be_raw: Collection[str]) -> Iterator[str]:
    names = frozenset(known)
    for number, place in enumerate(template.pieces):
        if isinstance(place, str):
            continue
        if place.name not in names:
            yield f"line {place.line}: {unknown(f'{{{place.name}}}', [f'{{{name}}}' for name in names], 'known here')}"
        elif RAW in place.ways and place.name not in may_be_raw:
            yield f"line {place.line}: only {{{PAYLOAD}}} and {{{REQUEST}}} may stand unescaped"
        elif place.ways[0] == JSON and place.name not in NUMBERS and not _is_quoted(template.pieces[:number]):
            yield f"line {place.line}: {{{place.name}}} must stand in quotes, or as {{{place.name}:number}}"


def _is_quoted(before: Iterable[str | Place]) -> bool:
    return sum(_ESCAPED.sub("", piece).count('"') for piece in before if isinstance(piece, str)) % 2 == 1


def unknown(name: str, known: Iterable[str], what: str) -> str:
    """That a name is none, and the one that was probably meant or else those there are."""
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(known))}"
    return f"{name} is not {what}{hint}"
