"""A real bridge as a process of its own, in a town of wallet and hospital; on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.hl7.build import UTF_8
from hospital_bridge.clock import SystemClock
from hospital_bridge.installed import installed
from hospital_bridge.sandbox.stage import OPERATOR, Ports, Stage
from hospital_bridge.settings import load
from tests.journeys.newcomers import Newcomers
from tests.journeys.steered_bridge import SteeredBridge, steered_bridge
from tests.postgresql_server import APPLICATION_ROLE, OWNER_ROLE, PostgresqlServer
from tests.sound_books import books_at_must_be_sound


def database_urls(request: pytest.FixtureRequest, name: str) -> Iterator[tuple[str, str]]:
    """The serving and the owning address of a fresh database; two empty ones ask for the embedded default."""
    if name == "sqlite":
        yield "", ""
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    with server.database() as database:
        yield server.address(database, APPLICATION_ROLE), server.address(database, OWNER_ROLE)


def standing_stage(
    request: pytest.FixtureRequest, database: str, folders: pytest.TempPathFactory, charset: str = UTF_8
) -> Iterator[Stage]:
    """A town and a bridge on that database."""
    for urls in database_urls(request, database):
        folder = folders.mktemp("stage")
        with Stage(folder, SystemClock(), charset=charset, ports=Ports(), database_urls=urls) as standing:
            yield standing


@pytest.fixture(scope="session")
def embedded_stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    yield from standing_stage(request, "sqlite", tmp_path_factory)


@pytest.fixture(scope="session")
def server_stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    yield from standing_stage(request, "postgresql", tmp_path_factory)


@pytest.fixture(scope="module", params=["embedded_stage", "server_stage"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The bridge runs on both databases; after each module its books must be sound."""
    standing: Stage = request.getfixturevalue(request.param)
    yield standing
    settings = load(standing.configuration, installed())
    books_at_must_be_sound(settings.bridge.database_url, [OPERATOR])


@pytest.fixture(scope="module")
def newcomers(stage: Stage) -> Newcomers:
    return Newcomers(stage.town, SystemClock(), stage.window)


@pytest.fixture(scope="session")
def shared_steered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SteeredBridge]:
    with steered_bridge(tmp_path_factory.mktemp("steered")) as bridge:
        yield bridge


@pytest.fixture
def steered(shared_steered: SteeredBridge) -> Iterator[SteeredBridge]:
    """A bridge of which the test moves the clock and runs the jobs; afterwards nothing may be left over."""
    shared_steered.begin_anew()
    yield shared_steered
    shared_steered.must_be_at_rest()
