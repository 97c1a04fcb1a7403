"""A vertical that does not fit stops the start with one sentence: its package, what is wrong, a code, what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from hospital_bridge.contract import RESERVED
from hospital_bridge.slot import Page, View
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.web.app import create_app
from tests.conformance.planting import planted
from tests.steered import CountedIds, FakeClock
from tests.web.site_kit import make_kit

CONFIGURATION_FAULT = 78


def manifest(**changes: Any) -> Callable[[Any], Any]:
    return lambda vertical: replace(vertical, manifest=replace(vertical.manifest, **changes))


def page_for(role: str) -> Callable[[Any], Any]:
    return lambda vertical: replace(vertical, pages=(Page("stops", "stops", lambda _: View("x"), role=role),))


@pytest.mark.parametrize(
    ("break_it", "code", "sentence"),
    [
        (manifest(api=2), "HB-C018", "was written for slot api 2, this bridge has 1"),
        (manifest(ports=frozenset({"HisBilling"})), "HB-C016", "needs HisBilling"),
        (manifest(personal_data=()), "HB-C020", "keeps 'destination' in rides_trip.destination"),
        (page_for("driver"), "HB-C020", "the page 'stops' for the role 'driver'"),
        (manifest(name="trips"), "HB-C013", "calls itself 'trips'"),
    ],
)
def test_the_start_ends_with_the_packages_name_and_a_code(
    run: Callable[..., Result], rides: Any, monkeypatch: pytest.MonkeyPatch, break_it: Any, code: str, sentence: str
) -> None:
    monkeypatch.setattr(rides, "VERTICAL", break_it(rides.VERTICAL))
    refused = run("doctor")
    assert refused.exit_code == CONFIGURATION_FAULT
    assert "the vertical 'rides' of the package strangers-rides" in refused.stderr
    assert sentence in refused.stderr
    assert f"[{code}]" in refused.stderr


def test_two_packages_that_offer_one_name_are_both_told(run: Callable[..., Result], rides: Any, tmp_path: Path) -> None:
    with planted(tmp_path / "other", distribution="other-rides"):
        refused = run("doctor")
    assert refused.exit_code == CONFIGURATION_FAULT
    assert "the vertical 'rides' is offered by other-rides, strangers-rides [HB-C019]" in refused.stderr


def test_every_word_that_the_cores_addresses_begin_with_is_reserved(
    store: Store, clock: FakeClock, ids: CountedIds
) -> None:
    areas = {"/p/<operator>/", "/staff/<operator>/", "/device/<operator>/", "/api/v1/<operator>/"}
    rules = [rule.rule for rule in create_app(make_kit(store, clock, ids).site).url_map.iter_rules()]
    below = {rule.removeprefix(area).split("/")[0] for area in areas for rule in rules if rule.startswith(area)}
    assert "messages" in below
    assert below - {"", "hospital"} <= RESERVED
