"""A day's statement: of each shop what was paid, what went back, and what of the rest is the shop's and the mall's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hospital_bridge.verticals.district.store.book import Line


@dataclass(frozen=True, slots=True)
class ShopDay:
    """One shop's sums of a day, in fen; `shop_fen` and `mall_fen` together are what was paid less what went back."""

    shop: str
    account: str
    paid_fen: int
    back_fen: int
    shop_fen: int
    mall_fen: int


def by_shop(lines: Iterable[Line], accounts: Mapping[str, str]) -> Sequence[ShopDay]:
    """A row for each shop that has a line, by its id; `accounts` are the shops' own at the wallet."""
    of_shop: dict[str, list[Line]] = {}
    for line in lines:
        of_shop.setdefault(line.shop_id, []).append(line)
    return [
        ShopDay(
            shop=shop,
            account=accounts.get(shop, ""),
            paid_fen=sum(line.fen for line in theirs if line.sign > 0),
            back_fen=sum(line.fen for line in theirs if line.sign < 0),
            shop_fen=sum(line.sign * line.shop_fen for line in theirs),
            mall_fen=sum(line.sign * line.mall_fen for line in theirs),
        )
        for shop, theirs in sorted(of_shop.items())
    ]
