"""A site, its application, and browsers without a window."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.web.app import create_app
from tests.kept_logs import logging_kept
from tests.steered import CountedIds, FakeClock
from tests.web.site_kit import SiteKit, make_kit


@pytest.fixture
def kept_logging() -> Iterator[io.StringIO]:
    """The log as it is written in production, one JSON object a line."""
    with logging_kept() as stream:
        yield stream


@pytest.fixture
def kit(store: Store, clock: FakeClock, ids: CountedIds) -> SiteKit:
    return make_kit(store, clock, ids)


@pytest.fixture
def app(kit: SiteKit) -> Flask:
    app = create_app(kit.site)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()
