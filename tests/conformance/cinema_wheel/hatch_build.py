"""Compiles the catalogues into the wheel, as the bridge reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledCatalogues(BuildHookInterface):  # type: ignore[type-arg]  # it needs no configuration of its own
    """Each `.po` as a `.mo` beside it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for catalogue in Path(self.root).rglob("*.po"):
            with catalogue.open("rb") as read, catalogue.with_suffix(".mo").open("wb") as written:
                write_mo(written, read_po(read))
