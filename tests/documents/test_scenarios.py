"""Each of the 36 scenarios of money has a test by its number."""

from __future__ import annotations

from docs._pages.scenarios import SCENARIOS, named_tests


def test_every_scenario_has_a_test_and_no_test_has_another_number() -> None:
    assert sorted(named_tests()) == list(range(1, len(SCENARIOS) + 1))
    assert len(SCENARIOS) == 36
