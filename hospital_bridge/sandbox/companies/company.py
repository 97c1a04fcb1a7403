"""Who runs a demo: what its IT would write beside the wallet's settings, and who works there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hospital_bridge.sandbox.configuration import Addresses


@dataclass(frozen=True, slots=True)
class Site:
    """Where the operator's file is written: its id, its folder, where everything listens, and its own machine."""

    operator_id: str
    folder: Path
    addresses: Addresses
    peer: str = "127.0.0.1"
    """The address from which its own systems send."""


@dataclass(frozen=True, slots=True)
class Files:
    """The operator's tables of TOML after `[operator]` and its wallet, secrets by file name, other files by path."""

    tables: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Company:
    """An operator of a demo; `vertical` is the one that it runs, `staff` has login name -> roles and display name.

    `written` makes its files for one site.
    """

    vertical: str
    name: str
    name_en: str
    staff: Mapping[str, tuple[str, str]]
    written: Callable[[Site], Files]
