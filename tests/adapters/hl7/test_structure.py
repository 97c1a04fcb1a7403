from __future__ import annotations

import pytest

from adapters.hl7.structure import UNBOUNDED, Misplaced, Node, misplaced

ORDER = Node("ORDER", 0, UNBOUNDED, (Node("ORC"), Node("NTE", 0)))
DETAIL = Node("DETAIL", children=(Node("OBR"), Node("RXO")), choice=True)
STRUCTURE = Node("M", children=(Node("MSH"), ORDER, Node("NTE", 0, 2), DETAIL))


@pytest.mark.parametrize(
    "segments",
    ["MSH OBR", "MSH RXO", "MSH ORC ORC NTE ORC OBR", "MSH NTE NTE OBR", "MSH ORC NTE NTE OBR", "MSH ZZZ OBR ZZY"],
)
def test_a_message_that_keeps_its_structure(segments: str) -> None:
    assert misplaced(STRUCTURE, segments.split()) == []


@pytest.mark.parametrize(
    ("segments", "index", "text"),
    [
        ("MSH", 1, "DETAIL is required before this"),
        ("OBR", 0, "MSH is required before this"),
        ("MSH OBR RXO", 2, "not allowed in this place"),
        ("MSH OBR ORC", 2, "not allowed in this place"),
        ("MSH NTE NTE NTE OBR", 3, "not allowed in this place"),
        ("MSH PID OBR", 1, "not part of this structure"),
    ],
)
def test_a_message_that_leaves_its_structure(segments: str, index: int, text: str) -> None:
    assert Misplaced(index, text) in misplaced(STRUCTURE, segments.split())
