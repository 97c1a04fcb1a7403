"""Alembic's entry: it runs on the connection that the runner hands over, inside the runner's transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import TypeDecorator

from hospital_bridge.store.metadata import Instant


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    if kind == "type" and isinstance(item, Instant):
        autogen.imports.add("from hospital_bridge.store.metadata import Instant")
        return "Instant()"
    if kind == "type" and isinstance(item, TypeDecorator):
        # A migration says what the database holds, not how today's code reads it.
        return f"sa.{item.impl!r}"
    return False


attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes["tables"],
    version_table=attributes["version_table"],
    include_object=attributes.get("include_object"),
    render_as_batch=attributes.get("render_as_batch", True),
    render_item=_render,
    compare_type=True,
)
context.run_migrations()
