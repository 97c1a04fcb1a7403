"""Who may come to an address: every route declares it, and the guard enforces what is declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask

ViewFunction = TypeVar("ViewFunction", bound=Callable[..., Any])

ADMIN = "admin"
"""The staff role that watches the links and replays dead jobs."""

AUDITOR = "auditor"
"""The staff role that reads the trail; a hospital gives it to somebody who is not `ADMIN`."""

READER = "reader"
"""The staff role that opens what was received: names, numbers and results stand in it, and every look is recorded."""

FINANCE = "finance"
"""The staff role that closes the day and gives money back."""

HELP_DESK = "help_desk"
"""The staff role that looks an order up for whoever asks at a counter, and changes nothing."""

CORE_ROLES = (ADMIN, AUDITOR, READER, FINANCE, HELP_DESK)
"""Held for the whole operator; a vertical has roles of its own."""


class Area(StrEnum):
    """Whose address it is, which also says how a caller is known."""

    OPEN = "open"
    PATIENT = "patient"
    STAFF = "staff"
    DEVICE = "device"
    API = "api"
    WALLET = "wallet"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Access:
    """The declaration of one route.

    `role` is a staff role, the scope of an API key, or the kind of an enrolled device; staff with `or_role` may come
    too. `once` asks for an
    idempotency key on a POST. With `shows_again` the view itself answers a repeat (`once.is_repeat`): it does nothing
    and says how things stand. A page that `asks_position` may read where the phone is, and nothing of what is sent
    to it is kept, not even a digest: positions are so few that one gives its position away. A staff page that
    `heeds_departments` is open to who holds its role for some departments alone; every other wants it held everywhere.
    """

    area: Area
    signed_in: bool = True
    role: str = ""
    or_role: str = ""
    once: bool = True
    shows_again: bool = False
    asks_position: bool = False
    heeds_departments: bool = False


OPEN = Access(Area.OPEN, signed_in=False)
WALLET = Access(Area.WALLET, signed_in=False, once=False)
SYSTEM = Access(Area.SYSTEM, signed_in=False, once=False)
"""A system of the hospital's that proves itself in its own protocol's way."""


class UndeclaredRoute(Exception):
    """A route that does not say who may come to it."""


def open_to(access: Access) -> Callable[[ViewFunction], ViewFunction]:
    """Declare who may come to a view."""

    def declare(view: ViewFunction) -> ViewFunction:
        view.access = access  # type: ignore[attr-defined]  # a function carries its declaration
        return view

    return declare


def access_of(app: Flask, endpoint: str) -> Access:
    """The declaration of a route; UndeclaredRoute when there is none."""
    access = getattr(app.view_functions[endpoint], "access", None)
    if not isinstance(access, Access):
        raise UndeclaredRoute(endpoint)
    return access
