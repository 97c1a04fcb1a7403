"""A mall with a restaurant and two shops, its visitors' phones and its staff, on a real database and a moved clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from adapters.values import Sex, VerifiedIdentity, WalletAccount
from hospital_bridge.cards.case import CardsContext
from hospital_bridge.declared import Declared
from hospital_bridge.facade import OperatorScope
from hospital_bridge.lines.hall import LinesContext
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.slot import Relation, Vertical
from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.messages import Teller
from hospital_bridge.verticals.district import VERTICAL
from hospital_bridge.verticals.district import store as district_store
from hospital_bridge.verticals.district.dining import joining
from hospital_bridge.verticals.district.dining.restaurant import Restaurant, restaurant
from hospital_bridge.verticals.district.dining.seating import Press, press
from hospital_bridge.verticals.district.settings import DistrictSettings
from hospital_bridge.web.app import create_app
from hospital_bridge.web.site import Plugged
from tests.fixtures_store import Database
from tests.steered import CountedIds, FakeClock
from tests.web.scripted_hospital import SHANGHAI
from tests.web.site_kit import SiteKit, make_kit
from tests.web.visitor import sign_in, staff_sign_in

OPERATOR, NAME = "h1", "district"
OPENING = datetime(2026, 11, 27, 3, tzinfo=UTC)
"""11:00 in Shanghai."""
HOME, STAFF = f"/p/{OPERATOR}/{NAME}/", f"/staff/{OPERATOR}/{NAME}/"
HOTPOT = {
    "id": "hotpot",
    "name": "老灶火锅",
    "floor": "5F",
    "latitude": "31.230001",
    "longitude": "121.470001",
    "tables": [{"id": "T1", "seats": 2}, {"id": "T2", "seats": 4}, {"id": "T8", "seats": 8}],
}
BOOKS = {"id": "books", "name": "百草书店", "floor": "2F", "latitude": "31.230401", "longitude": "121.470001"}
FAR = {"id": "outlet", "name": "城西仓店", "floor": "1F", "latitude": "31.250001", "longitude": "121.470001"}


def scope_of(vertical: Vertical, settings: Mapping[str, Any], store: Store, clock: FakeClock) -> OperatorScope:
    """What a vertical's handlers are given at the operator, without any outside system."""
    name = vertical.manifest.name
    return OperatorScope(
        MoneyContext(OPERATOR, store, SHANGHAI, {}, {}),
        settings,
        clock,
        {},
        LinesContext(name, vertical.lines, settings, SHANGHAI, vertical.guards) if vertical.lines else None,
        teller=Teller.of(name, vertical.messages),
        cards=CardsContext(name, {card.kind: card for card in vertical.cards}, SHANGHAI),
        limits=Declared.of(vertical),
    )


class MallWorld:
    """`phone` is a visitor's browser, `desk` that of staff with a role."""

    def __init__(
        self, store: Store, database: Database, clock: FakeClock, ids: CountedIds, kit: SiteKit | None = None
    ) -> None:
        database.add_tables(district_store.metadata)
        self.store, self.clock = store, clock
        clock.advance(OPENING - clock.now())
        loaded = DistrictSettings().load({"shops": [HOTPOT, BOOKS, FAR]})
        self.settings: dict[str, Any] = loaded
        self.scope = scope_of(VERTICAL, loaded, store, clock)
        made = kit or make_kit(store, clock, ids)
        operator = replace(made.site.operators[OPERATOR], verticals={NAME: Plugged(VERTICAL, self.scope)})
        self.kit = replace(made, site=replace(made.site, operators={OPERATOR: operator}))
        self.app: Flask = create_app(self.kit.site)
        self.app.testing = True

    def person(self, number: int, born: date = date(1985, 3, 12)) -> tuple[str, str]:
        """A wallet user who has said who they are: their subject id and wallet user id."""
        identity = VerifiedIdentity("测试一", "CN_ID", f"99999919850312{number:04}", born, Sex.MALE, "10000000001")
        with self.store.begin(OPERATOR) as work:
            wallet = work.wallet_users.keep("alipay", WalletAccount(f"20880000{number:08}"), "zh-CN")
            subject = work.subjects.keep(identity)
            work.subjects.bind(wallet, subject, Relation.SELF)
        return subject, wallet

    def phone(self, number: int) -> FlaskClient:
        """The signed-in phone of such a person."""
        self.person(number)
        browser = self.app.test_client()
        sign_in(browser, OPERATOR, f"20880000{number:08}")
        return browser

    def desk(self, role: str, shop: str = "") -> FlaskClient:
        """A signed-in browser of staff with the role, everywhere or at one shop alone."""
        self.kit.add_staff(OPERATOR, role, RoleGrant(role, shop) if shop else RoleGrant(role))
        browser = self.app.test_client()
        staff_sign_in(browser, OPERATOR, role)
        return browser

    def later(self, **time: int) -> None:
        self.clock.advance(timedelta(**time))

    # --- guests and hosts ---

    def press(self, table: str, what: Press) -> str:
        """The hotpot's host presses a button; the number that the table holds then, or nothing."""
        with self.scope.begin() as work:
            press(work, self.hotpot, self.hotpot.table(table), what, "host")
            held = work.lines.desk(self.hotpot.desk_id(self.hotpot.table(table))).tickets
        return held[0].display_number if held else ""

    @property
    def hotpot(self) -> Restaurant:
        return restaurant(self.scope.settings, "hotpot")

    def take(self, subject: str, guests: int) -> str:
        """A number at the hotpot; its ticket id."""
        with self.scope.begin() as work:
            return joining.take(work, self.hotpot, subject, guests)

    def told(self, wallet: str) -> list[str]:
        """What a wallet user was told, the oldest first."""
        with self.store.read(OPERATOR) as work:
            return [message.event for message in reversed(work.messages.inbox(wallet))]
