"""Redemptions and a flash sale on both databases, beside the bare conditional UPDATE of the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from statistics import median

from sqlalchemy import Engine

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.slot import CardRefused, Use
from hospital_bridge.store.cards import CARD
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.district.flash_sale import KEY_BYTES, FlashSale, admit, take
from tests.benchmarks.databases import DATABASES
from tests.cards.counters import COFFEE, Mall

Row = dict[str, object]

_ROUNDS = 3
_REDEMPTIONS = 200
_ATTEMPTS, _SUPPLY = 800, 200
"""Three of four come too late, as they do in such a sale."""
_THREADS = 8
_CLOCK, _KEY = SystemClock(), bytes(KEY_BYTES)
_OPENS, _CLOSES = datetime(2026, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

_TOGETHER = f", {_THREADS} threads"
_BARE, _REDEEMED, _SALE = "bare UPDATE", "redemptions", f"flash sale{_TOGETHER}"
_BARE_TOGETHER, _REDEEMED_TOGETHER, _BARE_SALE = _BARE + _TOGETHER, _REDEEMED + _TOGETHER, f"bare sale{_TOGETHER}"
_AGAINST = {_REDEEMED: _BARE, _REDEEMED_TOGETHER: _BARE_TOGETHER, _SALE: _BARE_SALE}


def run() -> list[Row]:
    """Medians of rounds in turn; `ratio` is to the conditional UPDATE alone that counts one card, with its commit.

    A bare sale is that UPDATE asked as often as the flash sale is, and mostly in vain like it.
    """
    rows: list[Row] = []
    for name, opened in DATABASES.items():
        with opened() as engine:
            rows += _measure(name, engine)
    return rows


def _measure(database: str, engine: Engine) -> list[Row]:
    mall = _mall(engine)
    rounds = [_round(mall, number) for number in range(_ROUNDS)]
    rates = {name: median(each[name] for each in rounds) for name in rounds[0]}
    rows: list[Row] = [
        {
            "name": f"{database}: {name}",
            "value": round(rate),
            "unit": "attempts/s" if name in {_SALE, _BARE_SALE} else "/s",
            "ratio": round(rate / rates[_AGAINST[name]], 2) if name in _AGAINST else None,
            "against": _AGAINST.get(name),
        }
        for name, rate in rates.items()
    ]
    oversold = sum(abs(_off_supply(mall, number)) for number in range(_ROUNDS))
    return [*rows, {"name": f"{database}: oversold", "value": oversold, "unit": "cards"}]


def _mall(engine: Engine) -> Mall:
    store = Store(engine, None, RandomIds(_CLOCK), RootKeys(current=bytes(32)))
    with store.begin("h1") as work:
        work.operators.register("Mall")
    return Mall(store)


def _round(mall: Mall, number: int) -> dict[str, float]:
    """Rates by name; every round has templates and cards of its own."""
    _offer(mall, f"bare-{number}", None)
    _offer(mall, f"bare-sale-{number}", _SUPPLY)
    _offer(mall, f"sale-{number}", _SUPPLY)
    codes = _collected(mall, f"coupon-{number}", 2 * _REDEMPTIONS)
    sale = FlashSale(f"sale-{number}", f"sale-{number}", _OPENS, _CLOSES)
    bare = partial(_count, mall, f"bare-{number}")
    return {
        _BARE: _rate(_REDEMPTIONS, 1, bare),
        _REDEEMED: _rate(_REDEMPTIONS, 1, lambda place: _redeem(mall, codes[place])),
        _BARE_TOGETHER: _rate(_REDEMPTIONS, _THREADS, bare),
        _REDEEMED_TOGETHER: _rate(_REDEMPTIONS, _THREADS, lambda place: _redeem(mall, codes[_REDEMPTIONS + place])),
        _BARE_SALE: _rate(_ATTEMPTS, _THREADS, partial(_count, mall, f"bare-sale-{number}")),
        _SALE: _rate(_ATTEMPTS, _THREADS, partial(_attempt, mall, sale)),
    }


def _rate(count: int, threads: int, act: Callable[[int], object]) -> float:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: None, range(threads)))
        started = time.perf_counter()
        list(pool.map(act, range(count)))
        return count / (time.perf_counter() - started)


def _offer(mall: Mall, template_id: str, supply: int | None) -> None:
    with mall.cards() as cards:
        cards.put_template(replace(COFFEE, template_id=template_id, supply=supply))


def _collected(mall: Mall, template_id: str, count: int) -> list[str]:
    """The codes of that many collected cards, each of another person."""
    _offer(mall, template_id, None)
    with mall.cards() as cards:
        held = [cards.issue(f"{template_id}/{number}", template_id, f"s{number}") for number in range(count)]
        return [cards.code_of(cards.collect(card.card_id).card_id) for card in held]


def _count(mall: Mall, template_id: str, _attempt: int) -> None:
    with mall.store.begin(mall.operator_id) as work:
        work.cards.take(template_id)


def _redeem(mall: Mall, code: str) -> None:
    with mall.cards() as cards:
        cards.redeem(Use(f"use/{code}", code, "till-1", "staff-1"))


def _attempt(mall: Mall, sale: FlashSale, number: int) -> None:
    """One person presses once, with the token of their admission; the last three of four hear that all are gone."""
    subject = f"s{number}"
    token = admit(_KEY, sale, subject, _CLOCK.now())
    try:
        with mall.work() as work:
            take(work, _KEY, sale, subject, token)
    except CardRefused:
        return


def _off_supply(mall: Mall, number: int) -> int:
    """Cards that were given out beyond the supply; below nought, some were refused while there were some left."""
    with mall.store.read(mall.operator_id) as work:
        return len(work.table(CARD).all(CARD.c.template_id == f"sale-{number}")) - _SUPPLY
