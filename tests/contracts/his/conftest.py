from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.his.doors import DOORS
from tests.contracts.his.site import Site
from tests.postgresql_server import PostgresqlServer


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    door, folder, how = DOORS[request.param], tmp_path_factory.mktemp("site"), {}
    if door.on_postgresql:
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        name = f"his_{folder.name}"
        server.run(f'CREATE DATABASE "{name}" TEMPLATE template0')
        how["database_url"] = server.address(name)
    site = Site(request.param.partition(" ")[0], door, folder, **how)
    yield site
    site.close()


@pytest.fixture(autouse=True)
def _calm_afterwards(site: Site) -> Iterator[None]:
    yield
    site.calm()
