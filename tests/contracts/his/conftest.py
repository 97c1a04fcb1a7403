from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.his.doors import DOORS
from tests.contracts.his.site import Site


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(request.param, DOORS[request.param], tmp_path_factory.mktemp(request.param))
    yield site
    site.close()


@pytest.fixture(autouse=True)
def _calm_afterwards(site: Site) -> Iterator[None]:
    yield
    site.calm()
