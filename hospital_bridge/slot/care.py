"""How a vertical is looked after: what `doctor` asks it, and what its engineer may do at the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hospital_bridge.slot.facade import Scope


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` says what to do and is empty where it is well.

    `about`, `seen` and `remedy` are sentences of the vertical's catalogues; `said` fills the `{name}` parts of `seen`
    and holds no personal data.
    """

    about: str
    seen: str
    remedy: str = ""
    said: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that an engineer does now and then: `hospital-bridge verticals run NAME CHORE [ARGUMENT]…`.

    `act` is given as many arguments as are named, returns the lines to print, and raises `errors.BridgeError` for what
    an engineer can mend. The core writes the trail.
    """

    name: str
    summary: str
    act: Callable[[Scope, Sequence[str]], Iterable[str]]
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Care:
    """`doctor` looks at one operator's share of the vertical and changes nothing."""

    doctor: Callable[[Scope], Iterable[Finding]] | None = None
    chores: tuple[Chore, ...] = ()
