"""Rules of an outcome that cannot mean what was meant: some never hold, under others anything is a yes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.his_http.outcomes import Judgement, Rule
from adapters.meanings import ANY, EMPTY, OK, passes

_YES = (OK, EMPTY)
_LIST_THEM = ", such as a new error: list the codes that are, and leave the rest unknown"

Faults = Iterator[tuple[tuple[str | int, ...], str]]
"""A knob's keys, and what is wrong there."""


def rule_faults(judgement: Judgement) -> Faults:
    """Rules that never hold."""
    for number, rule in enumerate(judgement.rules):
        if fault := _never_holds(rule, judgement, judgement.rules[:number]):
            yield ("rules", number), fault


def _never_holds(rule: Rule, judgement: Judgement, before: Sequence[Rule]) -> str:
    if not rule.tests and not rule.words:
        return "neither `is` nor `has`: it never holds"
    if _is_at_code(rule, judgement) and not rule.words and all(test in judgement.codes for test in rule.tests):
        return "it never holds: `codes` counts first and has all of its texts"
    covering = next((number for number, other in enumerate(before) if _covers(other, rule)), None)
    return "" if covering is None else f"it never holds: rule {covering + 1} holds wherever it would"


def _is_at_code(rule: Rule, judgement: Judgement) -> bool:
    return judgement.code is not None and rule.place.written.strip() == judgement.code.written.strip()


def _covers(earlier: Rule, later: Rule) -> bool:
    """Whether the earlier one holds wherever the later one does, as far as their texts show."""
    if earlier.place.written.strip() != later.place.written.strip():
        return False
    words = all(ANY in earlier.tests or any(word in each for word in earlier.words) for each in later.words)
    return words and all(_has(earlier, test) for test in later.tests)


def _has(rule: Rule, test: str) -> bool:
    if test in rule.tests:
        return True
    if test == ANY or compares(test):
        return bool(test != ANY and ANY in rule.tests)
    return any(passes(test, each) for each in rule.tests) or any(word in test for word in rule.words)


def yes_faults(judgement: Judgement) -> Faults:
    """What lets an answer that nobody explained pass for done, and what lets none pass."""
    if judgement.otherwise in _YES:
        if judgement.code is not None:
            yield ("otherwise",), f"an answer with a code that nobody listed would be {judgement.otherwise}{_LIST_THEM}"
        elif judgement.rules and all(rule.means in _YES for rule in judgement.rules):
            yield ("otherwise",), "no answer would ever be a no: every rule is a yes, and so is what none holds for"
    for number, rule in enumerate(judgement.rules):
        if rule.means not in _YES or ANY not in rule.tests:
            continue
        if _is_at_code(rule, judgement):
            yield ("rules", number), f"any code that nobody listed would be {rule.means}{_LIST_THEM}"
        elif "" in rule.tests:
            yield ("rules", number), "any answer would be a yes, with a text there and without one"
    if not any(meaning in _YES for meaning in _meanings(judgement)):
        yield ("rules",), "no answer could ever be a yes: neither `codes` nor `rules` has an ok or an empty"


def _meanings(judgement: Judgement) -> Iterator[str]:
    yield from judgement.codes.values()
    yield from (rule.means for rule in judgement.rules)
    yield judgement.otherwise


def compares(test: str) -> bool:
    """Whether it is meant as a comparison of numbers."""
    return test.startswith(("<", ">"))
