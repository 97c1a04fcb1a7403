"""A mall that gives out coupons, plugged in beside the hospital of the pages' tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import Schema

from hospital_bridge.slot import Vertical, VerticalManifest
from hospital_bridge.web.site import Plugged, Site
from tests.cards.counters import SHANGHAI, Mall

PLACES = {"till-1": "First till", "till-2": "Second till"}


@dataclass
class MallScope:
    """The mall's scope at one operator, as far as these pages use it."""

    mall: Mall
    operator_id: str = "h1"
    timezone = SHANGHAI

    @contextmanager
    def begin(self) -> Iterator[Any]:
        with self.mall.work() as work:
            yield work

    read = begin


def with_mall(site: Site, mall: Mall, **changes: Any) -> Site:
    """The site with the mall at every operator; cashiers redeem its coupons, whose kind has these `changes`."""
    standing = mall.context.kinds.values()
    usual: dict[str, Any] = {"redeemers": ("cashier",), "places": lambda _work: PLACES}
    kinds = tuple(replace(kind, **usual | changes) for kind in standing)
    vertical = Vertical(VerticalManifest("mall", "Mall", 1, roles=("cashier",)), Schema, cards=kinds)
    scope: Any = MallScope(mall)
    plugged = Plugged(vertical, scope)
    operators = {
        each: replace(operator, verticals=dict(operator.verticals) | {"mall": plugged})
        for each, operator in site.operators.items()
    }
    return replace(site, operators=operators)
