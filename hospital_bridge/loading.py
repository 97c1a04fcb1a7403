"""Verticals as the configuration names them: found by entry point, checked once, refused by the package's name."""

from __future__ import annotations

from collections import defaultdict
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from hospital_bridge.contract import BROKEN, CLASH, UNDECLARED, ContractFault, faults_of
from hospital_bridge.errors import BridgeError
from hospital_bridge.slot import GROUP, Vertical

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence


class VerticalFault(BridgeError):
    """A vertical is missing or breaks the slot's contract; the detail names its package."""


def load_verticals(names: Iterable[str]) -> dict[str, Vertical]:
    """The named verticals by name; only these are imported. Raises VerticalFault."""
    offers = offered()
    return {name: _load(name, offers) for name in dict.fromkeys(names)}


def offered() -> Mapping[str, Sequence[EntryPoint]]:
    """What the installed packages offer, by name; more than one under a name is refused once it is to be loaded."""
    found: dict[str, list[EntryPoint]] = defaultdict(list)
    for point in entry_points(group=GROUP):
        found[point.name].append(point)
    return dict(sorted(found.items()))


def package_of(point: EntryPoint) -> str:
    """The distribution that a person would uninstall; where none is known, the module."""
    return point.value if point.dist is None else point.dist.name


def version_of(point: EntryPoint) -> str:
    """That distribution's version; empty where none is known."""
    return "" if point.dist is None else point.dist.version


def _load(name: str, offers: Mapping[str, Sequence[EntryPoint]]) -> Vertical:
    points = offers.get(name, ())
    if not points:
        installed = ", ".join(offers) or "none"
        raise VerticalFault("HB-C007", f"no vertical {name!r} is installed; installed: {installed}")
    if len(points) > 1:
        packages = ", ".join(sorted(package_of(point) for point in points))
        raise VerticalFault(CLASH, f"the vertical {name!r} is offered by {packages}")
    who = f"the vertical {name!r} of the package {package_of(points[0])}"
    try:
        vertical = points[0].load()
    except Exception as error:
        raise VerticalFault(BROKEN, f"{who} cannot be loaded: {type(error).__name__}: {error}") from error
    if not isinstance(vertical, Vertical):
        raise VerticalFault(BROKEN, f"{who} points to {type(vertical).__name__}, not to a Vertical")
    try:
        faults = [*faults_of(name, vertical), *_strangers(points[0], vertical)]
    except Exception as error:
        raise VerticalFault(BROKEN, f"{who} cannot be read: {type(error).__name__}: {error}") from error
    if faults:
        raise VerticalFault(faults[0].code, f"{who} {'; it '.join(fault.text for fault in faults)}")
    return vertical


def _strangers(point: EntryPoint, vertical: Vertical) -> Iterator[ContractFault]:
    """Templates and words are its own: those of another package are neither its to show nor its to change."""
    own = point.module.partition(".")[0]
    for package in filter(None, (vertical.templates, vertical.wording)):
        if package.partition(".")[0] != own:
            yield ContractFault(UNDECLARED, f"shows templates or words of {package!r}, which lie outside its package")


def missing_ports(vertical: Vertical, provided: Collection[str]) -> list[str]:
    """The ports that the vertical needs and the operator's adapters do not provide."""
    return sorted(vertical.manifest.ports - set(provided))


def offered_by(name: str) -> str:
    """The package behind a vertical's name, for who is to be told; the name itself where nothing offers it."""
    return next((package_of(point) for point in offered().get(name, ())), name)
