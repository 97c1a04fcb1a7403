"""The members' first page: the shops of the mall, floor by floor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from hospital_bridge.slot import Page, PageRequest, View


def show_home(request: PageRequest) -> View:
    """The shops by floor, in the order in which the mall lists them."""
    return View("home.html", {"floors": by_floor(request.scope.settings["shops"])})


def by_floor(shops: Sequence[Mapping[str, Any]]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The configured shops of each floor; floors and shops keep their order."""
    floors: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for shop in shops:
        floors[shop["floor"]].append(shop)
    return floors


PAGES = (Page("home", "", show_home, menu="Shops"),)
