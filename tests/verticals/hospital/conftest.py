"""Worlds for the tests of the hospital, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import MetaData

from hospital_bridge.facade import OperatorScope
from hospital_bridge.lines.hall import LinesContext
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.messages import Teller
from hospital_bridge.verticals.hospital import VERTICAL
from hospital_bridge.verticals.hospital import store as hospital_store
from hospital_bridge.verticals.hospital.settings import HospitalSettings
from hospital_bridge.verticals.hospital.store import metadata
from hospital_bridge.verticals.hospital.visits.line_rules import LINE_RULES
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.hospital.billing import BillWorld
from tests.verticals.hospital.merged import SHANGHAI, Hospital


@pytest.fixture
def tables() -> MetaData:
    """The vertical's own."""
    return hospital_store.metadata


@pytest.fixture
def world(store: Store, database: Database, clock: FakeClock) -> BillWorld:
    """One person with one phone whose record number is bound."""
    standing = BillWorld(store, database, clock)
    standing.bind()
    return standing


@pytest.fixture
def hospital(store: Store, database: Database, clock: FakeClock) -> Hospital:
    database.add_tables(metadata)
    settings = HospitalSettings().load({})
    money = MoneyContext("h1", store, SHANGHAI, wallets={}, counters={})
    lines = LinesContext("hospital", LINE_RULES, settings, SHANGHAI)
    teller = Teller.of("hospital", VERTICAL.messages)
    return Hospital(OperatorScope(money, settings, clock, {}, lines, teller=teller), database)
