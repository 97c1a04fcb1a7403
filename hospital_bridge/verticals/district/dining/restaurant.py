"""A restaurant of the mall: its tables, and the lines and desks of the core that stand for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hospital_bridge.verticals.district.waitlist import Table, sizes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PREFIXES = "ABCDEF"


class NoSuchRestaurant(LookupError):
    """The mall has no shop of that id with tables."""


@dataclass(frozen=True, slots=True)
class Restaurant:
    """A shop with tables; a line for each size of table, a desk for each table."""

    shop_id: str
    name: str
    floor: str
    tables: tuple[Table, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of its tables, the smallest first."""
        return sizes_of(self.tables)

    def table(self, table_id: str) -> Table:
        """One of its tables; NoSuchRestaurant."""
        found = next((table for table in self.tables if table.table_id == table_id), None)
        if found is None:
            raise NoSuchRestaurant(table_id)
        return found

    def line_id(self, size: int) -> str:
        """The line of who needs a table of that size."""
        return f"district.{self.shop_id}.{size}"

    @property
    def line_ids(self) -> tuple[str, ...]:
        """All its lines, that of the smallest tables first."""
        return tuple(self.line_id(size) for size in self.sizes)

    def prefix(self, size: int) -> str:
        """What leads the numbers of that line: A for the smallest tables."""
        return _PREFIXES[self.sizes.index(size)]

    def desk_id(self, table: Table) -> str:
        """The desk that a table is to the core."""
        return f"district.{self.shop_id}.{table.table_id}"

    def lines_for(self, table: Table) -> tuple[str, ...]:
        """The lines whose parties fit the table."""
        return tuple(self.line_id(size) for size in self.sizes if size <= table.seats)


def restaurants(settings: Mapping[str, Any]) -> Sequence[Restaurant]:
    """Every shop that has tables, in the order of the settings."""
    return [_restaurant(shop) for shop in settings["shops"] if shop["tables"]]


def restaurant(settings: Mapping[str, Any], shop_id: str) -> Restaurant:
    """The restaurant of that id; NoSuchRestaurant."""
    found = next((one for one in restaurants(settings) if one.shop_id == shop_id), None)
    if found is None:
        raise NoSuchRestaurant(shop_id)
    return found


def restaurant_of_line(settings: Mapping[str, Any], line_id: str) -> Restaurant:
    """The restaurant whose line it is; NoSuchRestaurant once it left the settings."""
    found = next((one for one in restaurants(settings) if line_id in one.line_ids), None)
    if found is None:
        raise NoSuchRestaurant(line_id)
    return found


def _restaurant(shop: Mapping[str, Any]) -> Restaurant:
    tables = tuple(Table(table["id"], table["seats"]) for table in shop["tables"])
    return Restaurant(shop["id"], shop["name"], shop["floor"], tables)
