"""Each vertical in a house of its own: migrated on both databases, its ports silent, its pages on a real site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from adapters.errors import NotDone
from adapters.values import Sex, VerifiedIdentity
from hospital_bridge.cards.case import CardsContext
from hospital_bridge.cli import main
from hospital_bridge.declared import Declared
from hospital_bridge.facade import OperatorScope
from hospital_bridge.lines.hall import LinesContext
from hospital_bridge.loading import load_verticals
from hospital_bridge.payment.context import Counter, MoneyContext
from hospital_bridge.store.migrations.runner import migrate_vertical
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.messages import Teller
from hospital_bridge.web.app import create_app
from hospital_bridge.web.site import Plugged
from tests.conformance.candidates import NAMES, Candidate, example_of
from tests.conformance.planting import CINEMA, CINEMA_PACKAGE, NAME, PACKAGE, install_cinema, on_the_path, planted
from tests.fixtures_store import Database
from tests.kept_logs import logging_restored
from tests.settings.written import BRIDGE, ENVIRONMENT, write
from tests.steered import CountedIds, FakeClock
from tests.web.scripted_hospital import SHANGHAI
from tests.web.site_kit import SiteKit, make_kit

OPERATOR = "h1"
EAST = '[operator]\nid = "east"\nname = "东城公交"\nphone = "010-0000000"\n'
WITH_RIDES = f"{EAST}[operator.verticals.rides]\n"
PERSON = VerifiedIdentity("测试一", "CN_ID", "999999198503120016", date(1985, 3, 12), Sex.MALE, "10000000001")


class SilentPort:
    """An outside system that does not answer, whatever it is asked."""

    def __getattr__(self, name: str) -> Any:
        def ask(*_: object, **__: object) -> None:
            raise NotDone(f"{name}: nobody answers")

        return ask


@dataclass(frozen=True)
class House:
    """One operator that runs the vertical; `site` shows its pages."""

    candidate: Candidate
    store: Store
    scope: OperatorScope
    kit: SiteKit
    app: Flask


@pytest.fixture(scope="session")
def cinema_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cinema's wheel, built and installed once; it is not on the module path."""
    return install_cinema(tmp_path_factory.mktemp("cinema"))


@pytest.fixture(params=NAMES)
def candidate(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Candidate]:
    name = request.param
    installed: AbstractContextManager[None] = nullcontext()
    if name == NAME:
        installed = planted(tmp_path / "site")
    elif name == CINEMA:
        installed = on_the_path(request.getfixturevalue("cinema_site"), CINEMA_PACKAGE)
    with installed:
        yield Candidate(name, load_verticals([name])[name], example_of(name))


@pytest.fixture
def migrated(candidate: Candidate, database: Database) -> Database:
    vertical = candidate.vertical
    if vertical.migrations is not None:
        migrate_vertical(
            database.owner, candidate.name, vertical.migrations, vertical.tables, database.application_role
        )
    return database


@pytest.fixture
def house(candidate: Candidate, migrated: Database, store: Store, clock: FakeClock, ids: CountedIds) -> House:
    scope = _scope(candidate, store, clock)
    kit = make_kit(store, clock, ids)
    operator = replace(kit.site.operators[OPERATOR], verticals={candidate.name: Plugged(candidate.vertical, scope)})
    kit.site = replace(kit.site, operators={OPERATOR: operator})
    app = create_app(kit.site)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return House(candidate, store, scope, kit, app)


def _scope(candidate: Candidate, store: Store, clock: FakeClock) -> OperatorScope:
    vertical, name = candidate.vertical, candidate.name
    settings = vertical.settings().load(dict(candidate.example.settings))
    counters: dict[str, Counter] = {}
    money = MoneyContext(OPERATOR, store, SHANGHAI, {"alipay": SilentPort()}, counters)
    lines = LinesContext(name, vertical.lines, settings, SHANGHAI, vertical.guards) if vertical.lines else None
    ports = {port: SilentPort() for port in vertical.manifest.ports | vertical.manifest.optional_ports}
    given_out = {card.kind: card for card in vertical.cards}
    cards = CardsContext(name, given_out, SHANGHAI) if given_out else None
    teller, limits = Teller.of(name, vertical.messages), Declared.of(vertical)
    scope = OperatorScope(money, settings, clock, ports, lines, teller=teller, cards=cards, limits=limits)
    counters |= {sale.kind: Counter(sale, scope, scope.unit, vertical.guards) for sale in vertical.sales}
    return scope


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Result]]:
    monkeypatch.chdir(tmp_path)

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(main, words, env={**ENVIRONMENT, "LANG": "C.UTF-8"}, prog_name="hospital-bridge")

    with logging_restored():
        yield invoke


@pytest.fixture
def rides(run: Callable[..., Result], tmp_path: Path) -> Iterator[Any]:
    """The stranger's vertical, installed and migrated."""
    write(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": WITH_RIDES})
    with planted(tmp_path / "site"):
        assert run("migrate").exit_code == 0
        yield import_module(PACKAGE)
