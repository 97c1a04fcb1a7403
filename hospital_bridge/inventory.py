"""What a vertical is and what it may see and do, as its manifest and its data say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from hospital_bridge.loading import offered, package_of, version_of
from hospital_bridge.slot import HOLDS, Page, PersonalData, Resource, Vertical


def installed_verticals() -> Mapping[str, Mapping[str, str]]:
    """Package and version by the name of each vertical that is installed; none of them is imported."""
    points = {name: each[0] for name, each in offered().items()}
    return {name: {"package": package_of(point), "version": version_of(point)} for name, point in points.items()}


def entry_of(vertical: Vertical) -> Mapping[str, Any]:
    """One vertical in plain words and figures: what it may see of people and of the outside, and what it does."""
    manifest = vertical.manifest
    return {
        "title": manifest.title,
        "api": manifest.api,
        "ports": sorted(manifest.ports),
        "optional_ports": sorted(manifest.optional_ports),
        "personal_data": [_personal(kept, vertical) for kept in manifest.personal_data],
        "roles": sorted(manifest.roles),
        "pages": _by("role", vertical.pages),
        "scopes": _by("scope", vertical.resources),
        "sales": sorted(sale.kind for sale in vertical.sales),
        "cards": sorted(card.kind for card in vertical.cards),
        "guards": sorted({".".join(guard.on.value) for guard in vertical.guards}),
        "jobs": {reaction.topic: _every(reaction.every) for reaction in vertical.reactions},
        "news": sorted(inbound.news.__name__ for inbound in vertical.inbound),
        "messages": sorted(f"{notice.entry.event} → {notice.entry.audience}" for notice in vertical.messages),
        "tables": sorted({} if vertical.tables is None else vertical.tables.tables),
    }


def _personal(kept: PersonalData, vertical: Vertical) -> Mapping[str, Any]:
    tables = {} if vertical.tables is None else vertical.tables.tables
    columns = [
        f"{name}.{column.name}"
        for name, table in sorted(tables.items())
        for column in table.columns
        if column.info.get(HOLDS) == kept.name
    ]
    days = kept.retention.days
    return {"name": kept.name, "purpose": kept.purpose, "retention_days": days, "columns": columns}


def _by(attribute: str, addresses: Sequence[Page] | Sequence[Resource]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for each in addresses:
        found[getattr(each, attribute)].append(f"{each.method} {each.path}")
    return {key: sorted(paths) for key, paths in sorted(found.items())}


def _every(period: Any) -> int | None:
    """Seconds between two runs; None for a job that only an event starts."""
    return None if period is None else int(period.total_seconds())
