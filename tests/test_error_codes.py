from __future__ import annotations

import re

import pytest

from hospital_bridge.error_codes import CODES
from hospital_bridge.errors import BridgeError, explain
from tests.architecture.tree import modules

SHAPE = re.compile(r"HB-[A-Z]\d{3}")


def test_codes_are_unique_and_in_order() -> None:
    codes = [entry.code for entry in CODES]
    assert codes == sorted(set(codes))
    assert all(SHAPE.fullmatch(code) for code in codes)


def test_every_code_in_the_source_can_be_looked_up() -> None:
    named = {code for module in modules() for code in SHAPE.findall(module.read_text(encoding="utf-8"))}
    assert named <= {entry.code for entry in CODES}


def test_what_happened_and_what_to_do_are_whole_sentences() -> None:
    assert all(text.endswith(".") for entry in CODES for text in (entry.title, entry.remedy))


def test_an_error_carries_its_code_and_what_is_particular() -> None:
    error = BridgeError("HB-C014", "127.0.0.1:8080")
    assert str(error) == "HB-C014: The address to listen on is in use or not allowed. 127.0.0.1:8080"
    assert error.entry is explain("HB-C014")


def test_a_code_that_does_not_exist_cannot_be_raised() -> None:
    with pytest.raises(KeyError):
        BridgeError("HB-Z999")
