"""A person's name in XPN, as Chinese hospitals really fill it."""

from __future__ import annotations

from collections.abc import Iterable

from adapters.hl7.null import told
from adapters.hl7.segment import Repetition
from adapters.texts import HANZI


def person_name(repetitions: Iterable[Repetition]) -> str:
    """The name in hanzi where any repetition or component has it, else the first name there is.

    Hospitals put hanzi and pinyin into XPN.1 and XPN.2 in either order, split a name over both,
    or repeat the field once for each script; blanks inside hanzi mean nothing.
    """
    return _preferred(_written(repetition, ("1.1", "2")) for repetition in repetitions)


def staff_name(repetitions: Iterable[Repetition]) -> str:
    """The same out of XCN, which has a code before the name (HL7 v2.5.1 section 2.A.86)."""
    return _preferred(_written(repetition, ("2.1", "3")) for repetition in repetitions)


def xpn(name: str) -> tuple[str, ...]:
    """The whole name in XPN.1, legal (XPN.7 `L`), ideographic (XPN.8 `I`) where it has hanzi."""
    return (name, "", "", "", "", "", "L", "I" if HANZI.search(name) else "A")


def _preferred(names: Iterable[str]) -> str:
    written = list(names)
    return next((name for name in written if HANZI.search(name)), next(filter(None, written), ""))


def _written(repetition: Repetition, components: tuple[str, str]) -> str:
    parts = [" ".join(told(repetition[component]).split()) for component in components]
    hanzi = [part.replace(" ", "") for part in parts if HANZI.search(part)]
    return "".join(hanzi) if hanzi else " ".join(filter(None, parts))
