"""A vertical that breaks the slot's contract is refused, and its package is named."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest
from marshmallow import Schema

from hospital_bridge import loading
from hospital_bridge.loading import VerticalFault, load_verticals, missing_ports
from hospital_bridge.slot import GROUP, Notice, Page, PageRequest, Reaction, Scope, Vertical, VerticalManifest, View
from hospital_bridge.verticals.hospital import VERTICAL
from notifications.catalogue import Entry
from notifications.message import Kind, Template


class NoSettings(Schema):
    """Nothing to set."""


LATE = Notice(Entry("late", "rider", Template("late", {"line": Kind.LABEL})), "Line %(line)s is late")


def show(_request: PageRequest) -> View:
    return View("ride.html")


def react(_scope: Scope, _ref: str) -> None:
    return


RIDES = Vertical(VerticalManifest("rides", "Rides", api=1, roles=("inspector",)), NoSettings)


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of somebody else's package that offers a vertical under the name `rides`."""
    module = ModuleType("strangers_rides")
    monkeypatch.setitem(__import__("sys").modules, "strangers_rides", module)
    point = EntryPoint("rides", "strangers_rides:VERTICAL", GROUP)
    monkeypatch.setattr(loading, "entry_points", lambda group: [point] if group == GROUP else [])
    return module


def offer(module: ModuleType, vertical: object) -> None:
    module.VERTICAL = vertical  # type: ignore[attr-defined]  # a module takes any attribute


def test_a_sound_vertical_is_loaded_by_its_name(stranger: ModuleType) -> None:
    offer(stranger, RIDES)
    assert load_verticals(["rides", "rides"]) == {"rides": RIDES}


def test_only_what_the_configuration_names_is_imported(stranger: ModuleType) -> None:
    del stranger
    assert load_verticals([]) == {}


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("a string", "not to a Vertical"),
        (replace(RIDES, manifest=replace(RIDES.manifest, api=2)), "slot api 2, this bridge has 1"),
        (replace(RIDES, manifest=replace(RIDES.manifest, name="trips")), "calls itself 'trips'"),
        (replace(RIDES, reactions=(Reaction("hospital.book", react),)), "'hospital.book' must begin with 'rides.'"),
        (replace(RIDES, pages=(Page("map", "map", show, role="driver"),)), "role 'driver'"),
        (replace(RIDES, messages=(LATE, LATE)), "'late' to 'rider' is declared twice"),
        (replace(RIDES, messages=(replace(LATE, sentence="Late"),)), "does not speak of exactly its parameters"),
        (replace(RIDES, messages=(replace(LATE, page="map"),)), "leads to 'map', which is no page"),
        (replace(RIDES, pages=(Page("map", "map", show, again="nowhere"),)), "'nowhere', which is no page"),
        (replace(RIDES, pages=(Page("map", "map", show), Page("map", "plan", show))), "two pages are called 'map'"),
    ],
)
def test_a_broken_vertical_is_refused_with_its_package(stranger: ModuleType, broken: object, complaint: str) -> None:
    offer(stranger, broken)
    with pytest.raises(VerticalFault) as refusal:
        load_verticals(["rides"])
    assert complaint in str(refusal.value)
    assert "strangers_rides" in str(refusal.value)


def test_a_vertical_that_does_not_load_says_why(stranger: ModuleType) -> None:
    with pytest.raises(VerticalFault, match=r"strangers_rides.*cannot be loaded"):
        load_verticals(["rides"])
    assert not hasattr(stranger, "VERTICAL")


def test_a_name_that_nobody_offers_is_told_with_those_that_are(stranger: ModuleType) -> None:
    offer(stranger, RIDES)
    with pytest.raises(VerticalFault, match="no vertical 'cinema' is installed; installed: rides"):
        load_verticals(["cinema"])


def test_the_hospital_says_which_ports_it_misses() -> None:
    assert missing_ports(VERTICAL, {"WalletPayments", "WalletIdentity", "HisBilling"}) == [
        "HisDirectory",
        "HisScheduling",
    ]
    assert load_verticals(["hospital"]) == {"hospital": VERTICAL}
