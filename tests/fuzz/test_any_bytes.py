"""Any bytes: nothing but the declared faults, an exact round trip, nothing lost and nothing moved."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.rules import RULES

FOUND = Path(__file__).parents[2] / "fixtures" / "fuzz"
DELIMITERS = "|^~\\&#\r\n"
NAMES = st.sampled_from(("PID", "OBX", "OBR", "PV1", "ZPI", "MSH", "BHS", "FTS", "mrg", "P", "", " OBX", "\ufeffPID"))
VALUES = st.text(
    st.one_of(
        st.sampled_from(DELIMITERS),
        st.sampled_from("弢玘张\x00\x0b\x1c\x85\u2028éXF𠮷"),
        st.integers(0x20, 0xD7FF).map(chr),
    ),
    max_size=20,
)
TYPES = st.sampled_from(
    ("ADT^A04", "ADT^A40^ADT_A39", "ORU^R01^ORU_R01", "OUL^R24", "DFT^P03", "MDM^T02", "ORM^O01", "X")
)
CODECS = st.sampled_from(("utf-8", "gb18030", "utf-16", "big5hkscs", "latin-1"))


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """Bytes that look like a message, in any of its bad habits; the first byte chooses the peer's charset."""
    header = "|".join(
        (
            draw(
                st.sampled_from(("MSH|^~\\&", "MSH|^~\\&#", "MSH|", "MSH|^", "MSH#*~\\&", "MSH|^^\\&", "\r\nMSH|^~\\&"))
            ),
            *draw(st.lists(VALUES, min_size=5, max_size=5)),
            draw(st.sampled_from(("20261123083000", "", "x"))),
            draw(TYPES),
            draw(VALUES),
            "P",
            draw(st.sampled_from(("2.5.1", "2.3.z", ""))),
            *draw(st.lists(VALUES, max_size=7)),
        )
    )
    lines = [f"{draw(NAMES)}|{'|'.join(draw(st.lists(VALUES, max_size=6)))}" for _ in range(draw(st.integers(0, 5)))]
    ends = draw(st.sampled_from(("\r", "\n", "\r\n", "\r\r", "\n\r\n")))
    return draw(st.binary(min_size=1, max_size=1)) + ends.join((header, *lines)).encode(draw(CODECS), "replace")


@pytest.mark.parametrize("rule", RULES)
@given(st.data())
def test_every_rule_holds_of_any_bytes(rule: str, data: st.DataObject) -> None:
    RULES[rule](data.draw(st.one_of(st.binary(max_size=300), messages())))


@pytest.mark.parametrize("found", sorted(FOUND.glob("*/*.bin")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_a_fuzzer_once_found_holds(found: Path) -> None:
    RULES[found.parent.name](found.read_bytes())
