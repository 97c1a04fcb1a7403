"""Whoever sent this request, by a name that is unique within the operator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import g

from hospital_bridge.web.visit import visit


@dataclass(frozen=True, slots=True)
class Caller:
    """A person at a browser or another system."""

    operator_id: str
    actor: str


def caller() -> Caller:
    """The caller of this request; the guard has recognised them."""
    if "system" in g:
        return cast("Caller", g.system)
    here = visit()
    return Caller(here.operator.id, here.actor)
