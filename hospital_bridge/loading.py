"""Verticals as the configuration names them: found by entry point, checked once, refused by the package's name."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from hospital_bridge.slot import API, BOARD, GROUP, KIOSK, PATIENT, Vertical

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator


class VerticalFault(Exception):
    """A vertical is missing or breaks the slot's contract; the text names its package."""


def load_verticals(names: Iterable[str]) -> dict[str, Vertical]:
    """The named verticals by name; only these are imported. Raises VerticalFault."""
    points = {point.name: point for point in entry_points(group=GROUP)}
    return {name: _load(name, points) for name in dict.fromkeys(names)}


def _load(name: str, points: dict[str, EntryPoint]) -> Vertical:
    point = points.get(name)
    if point is None:
        raise VerticalFault(f"no vertical {name!r} is installed; installed: {', '.join(sorted(points)) or 'none'}")
    package = point.dist.name if point.dist is not None else point.value
    try:
        vertical = point.load()
    except (ImportError, AttributeError) as error:
        raise VerticalFault(f"vertical {name!r} of {package} cannot be loaded: {error}") from error
    if not isinstance(vertical, Vertical):
        raise VerticalFault(f"vertical {name!r} of {package} points to {type(vertical).__name__}, not to a Vertical")
    if faults := list(_faults(name, vertical)):
        raise VerticalFault(f"vertical {name!r} of {package}: {'; '.join(faults)}")
    return vertical


def _faults(name: str, vertical: Vertical) -> Iterator[str]:
    manifest = vertical.manifest
    if manifest.api != API:
        yield f"it was written for slot api {manifest.api}, this bridge has {API}"
    if manifest.name != name:
        yield f"it calls itself {manifest.name!r}"
    named = [sale.kind for sale in vertical.sales] + [reaction.topic for reaction in vertical.reactions]
    yield from (f"{word!r} must begin with {name + '.'!r}" for word in named if not word.startswith(f"{name}."))
    yield from _page_faults(vertical)
    resources = [resource.name for resource in vertical.resources]
    yield from (f"two resources are called {each!r}" for each in sorted(set(resources)) if resources.count(each) > 1)
    yield from _message_faults(vertical)


def _page_faults(vertical: Vertical) -> Iterator[str]:
    roles = {PATIENT, BOARD, KIOSK, *vertical.manifest.roles}
    names = [page.name for page in vertical.pages]
    for page in vertical.pages:
        if page.role not in roles:
            yield f"page {page.name!r} has role {page.role!r}, which the manifest does not declare"
        if page.again and page.again not in names:
            yield f"page {page.name!r} shows errors on {page.again!r}, which is no page"
        if names.count(page.name) > 1:
            yield f"two pages are called {page.name!r}"


def _message_faults(vertical: Vertical) -> Iterator[str]:
    pages = {page.name: page for page in vertical.pages if page.role == PATIENT and page.method == "GET"}
    pairs = [(notice.entry.event, notice.entry.audience) for notice in vertical.messages]
    for notice, pair in zip(vertical.messages, pairs, strict=True):
        told = f"message {pair[0]!r} to {pair[1]!r}"
        if pairs.count(pair) > 1:
            yield f"{told} is declared twice"
        if notice.fillings != notice.entry.template.parameters.keys():
            yield f"{told} has a sentence that does not speak of exactly its parameters"
        if notice.page and notice.page not in pages:
            yield f"{told} leads to {notice.page!r}, which is no page that patients can open"


def missing_ports(vertical: Vertical, provided: Collection[str]) -> list[str]:
    """The ports that the vertical needs and the operator's adapters do not provide."""
    return sorted(vertical.manifest.ports - set(provided))
