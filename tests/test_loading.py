"""A vertical that breaks the slot's contract is refused, and its package is named."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from marshmallow import Schema
from sqlalchemy import Column, LargeBinary, MetaData, String, Table

from adapters.news import BillIssued
from hospital_bridge import loading
from hospital_bridge.contract import RESERVED
from hospital_bridge.loading import VerticalFault, load_verticals, missing_ports
from hospital_bridge.slot import (
    GROUP,
    NOTHING_PERSONAL,
    CardForm,
    CardKind,
    FulfilMode,
    Inbound,
    LineRules,
    Notice,
    Page,
    PageRequest,
    PaidSale,
    PersonalData,
    Reaction,
    Receipt,
    Sale,
    Scope,
    Vertical,
    VerticalManifest,
    View,
    holds,
)
from hospital_bridge.store.tables import core_metadata
from hospital_bridge.verticals.hospital import VERTICAL
from notifications.catalogue import Entry
from notifications.message import Kind, Template
from tests.architecture.tree import modules


class NoSettings(Schema):
    """Nothing to set."""


LATE = Notice(Entry("late", "rider", Template("late", {"line": Kind.LABEL})), "Line %(line)s is late")


def show(_request: PageRequest) -> View:
    return View("ride.html")


def react(_scope: Scope, _ref: str) -> None:
    return


def sell(_scope: Scope, sale: PaidSale) -> Receipt:
    return Receipt(sale.serial, "", sale.amount_fen)


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


def tables(*columns: Column[Any], name: str = "rides_trip") -> MetaData:
    made = MetaData()
    Table(name, made, Column("operator_id", String(64), primary_key=True), *columns)
    return made


def stored(*columns: Column[Any], name: str = "rides_trip") -> Vertical:
    return replace(RIDES, tables=tables(*columns, name=name), migrations=Path("migrations"))


def line_rules(*callers: str) -> LineRules:
    return LineRules(lambda _settings: {}, lambda *_: None, lambda *_: None, callers=callers)


FARE = Sale("rides.fare", "fare", FulfilMode.MANUAL, sell, None, sell, None, lambda *_: None, lambda *_: [])
SELLING = replace(RIDES, manifest=replace(RIDES.manifest, ports=frozenset({"WalletPayments"})))
MAP = Page("map", "map", show)
TRIP = CardKind("rides.trip", CardForm.TICKET, "Ticket", "Show it at the gate.", redeemers=("inspector",))


@pytest.mark.parametrize(
    ("code", "broken", "complaint"),
    [
        ("HB-C013", "a string", "points to str, not to a Vertical"),
        ("HB-C013", replace(RIDES, manifest=replace(RIDES.manifest, name="trips")), "calls itself 'trips'"),
        ("HB-C013", replace(RIDES, messages=(replace(LATE, sentence="Late"),)), "not speak of exactly its parameters"),
        ("HB-C013", replace(RIDES, messages=(replace(LATE, page="map"),)), "leads to 'map', no page of patients"),
        ("HB-C013", replace(RIDES, pages=(Page("map", "map", show, again="nowhere"),)), "'nowhere', which is no page"),
        ("HB-C013", replace(RIDES, tables=tables()), "has tables without migrations"),
        ("HB-C013", replace(SELLING, sales=(replace(FARE, reverses_cards=True),)), "reverses cards, and declares none"),
        ("HB-C018", replace(RIDES, manifest=replace(RIDES.manifest, api=2)), "slot api 2, this bridge has 1"),
        ("HB-C019", replace(RIDES, reactions=(Reaction("hospital.book", react),)), "must begin with 'rides.'"),
        ("HB-C019", replace(RIDES, reactions=(Reaction("rides.go", react),) * 2), "two reactions to 'rides.go'"),
        ("HB-C019", stored(name="hospital_bill"), "the table 'hospital_bill', which must begin with 'rides_'"),
        ("HB-C019", replace(RIDES, messages=(LATE, LATE)), "two messages for 'late to rider'"),
        ("HB-C019", replace(RIDES, pages=(MAP, replace(MAP, path="plan"))), "two pages called 'map'"),
        ("HB-C019", replace(RIDES, pages=(MAP, replace(MAP, name="plan"))), "two pages at 'GET p/map'"),
        ("HB-C019", replace(SELLING, sales=(FARE, FARE)), "two sales of the kind 'rides.fare'"),
        ("HB-C019", replace(RIDES, cards=(TRIP, TRIP)), "two cards of the kind 'rides.trip'"),
        ("HB-C019", replace(RIDES, cards=(replace(TRIP, kind="mall.trip"),)), "'mall.trip', which must begin with"),
        ("HB-C020", replace(RIDES, cards=(replace(TRIP, redeemers=("driver",)),)), "lets the role 'driver' redeem"),
        ("HB-C020", replace(RIDES, pages=(replace(MAP, role="driver"),)), "the page 'map' for the role 'driver'"),
        ("HB-C020", replace(RIDES, lines=line_rules("inspector", "driver")), "lets the role 'driver' call"),
        ("HB-C020", replace(RIDES, sales=(FARE,)), "the port WalletPayments, which its manifest does not name"),
        ("HB-C020", replace(RIDES, inbound=(Inbound(BillIssued, lambda *_: None),)), "the port HisNews"),
        ("HB-C020", replace(RIDES, cards=(replace(TRIP, in_wallet=lambda *_: None),)), "the port WalletCards"),
        ("HB-C020", stored(Column("rider", LargeBinary)), "not say which personal data rides_trip.rider holds"),
        ("HB-C020", stored(Column("rider", LargeBinary, info=holds("name"))), "keeps 'name' in rides_trip.rider"),
    ],
)
def test_a_broken_vertical_is_refused_with_its_package(
    stranger: ModuleType, code: str, broken: object, complaint: str
) -> None:
    offer(stranger, broken)
    with pytest.raises(VerticalFault) as refusal:
        load_verticals(["rides"])
    assert refusal.value.code == code
    assert complaint in refusal.value.detail
    assert refusal.value.detail.startswith("the vertical 'rides' of the package strangers_rides")


def test_what_is_declared_may_be_used(stranger: ModuleType) -> None:
    kept = (PersonalData("name", "to greet", timedelta(days=1)),)
    sound = stored(
        Column("rider", LargeBinary, info=holds("name")), Column("map", LargeBinary, info=holds(NOTHING_PERSONAL))
    )
    rights = replace(sound, export_subject=lambda _work, _subject: {}, erase_subject=lambda _work, _subject: None)
    offer(stranger, replace(rights, manifest=replace(SELLING.manifest, personal_data=kept), sales=(FARE,)))
    assert list(load_verticals(["rides"])) == ["rides"]


@pytest.mark.parametrize(("name", "code"), [("queue", "HB-C019"), ("night_bus", "HB-C013"), ("Bus", "HB-C013")])
def test_a_name_that_the_core_or_another_vertical_may_begin_with_is_refused(
    monkeypatch: pytest.MonkeyPatch, stranger: ModuleType, name: str, code: str
) -> None:
    offer(stranger, replace(RIDES, manifest=replace(RIDES.manifest, name=name)))
    monkeypatch.setattr(loading, "entry_points", lambda group: [EntryPoint(name, "strangers_rides:VERTICAL", group)])
    with pytest.raises(VerticalFault, match=f"^{code}") as refusal:
        load_verticals([name])
    assert "strangers_rides" in refusal.value.detail


def test_a_name_that_two_packages_offer_is_refused_with_both(
    monkeypatch: pytest.MonkeyPatch, stranger: ModuleType
) -> None:
    offer(stranger, RIDES)
    points = [EntryPoint("rides", module, GROUP) for module in ("strangers_rides:VERTICAL", "other_rides:VERTICAL")]
    monkeypatch.setattr(loading, "entry_points", lambda group: points)
    with pytest.raises(VerticalFault, match=r"^HB-C019.*other_rides:VERTICAL, strangers_rides:VERTICAL$"):
        load_verticals(["rides"])


def test_every_word_that_the_core_begins_its_names_with_is_reserved() -> None:
    tables = {name.split("_")[0] for name in core_metadata().tables}
    topics = {
        topic.split(".")[0]
        for module in modules("hospital_bridge")
        if "verticals" not in module.parts
        for topic in re.findall(r'^[A-Z_]+ = "([a-z]+\.[a-z_]+)"$', module.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"payment", "queue"} < topics
    assert tables | topics <= RESERVED


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
