"""The whole table, played against one listener."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.hl7.listener_table.answering import ANSWERING
from adapters.hl7.listener_table.framing import FRAMING
from adapters.hl7.listener_table.later import LATER
from adapters.hl7.listener_table.row import Finding, judged
from adapters.hl7.listener_table.wire import Target, wire

ROWS = (*FRAMING, *ANSWERING, *LATER)


def findings(target: Target) -> Iterator[Finding]:
    """One finding a row, as it is made; OSError where nobody listens at all."""
    with wire(target):
        pass
    for row in ROWS:
        yield judged(row, target)
