"""What is installed beside the core: the settings schemas of adapters and verticals, found by entry point."""

from __future__ import annotations

from importlib.metadata import entry_points

from adapters import registry
from hospital_bridge.errors import BridgeError
from hospital_bridge.loading import load_verticals
from hospital_bridge.settings import Installed
from hospital_bridge.settings.model import SchemaOf
from hospital_bridge.slot import GROUP


def installed() -> Installed:
    """Names at once, code only when the configuration names it; BridgeError HB-C013 when two packages claim a name."""
    try:
        adapters = registry.installed()
    except registry.AdapterFault as fault:
        raise BridgeError("HB-C013", str(fault)) from fault
    return Installed(
        adapters={name: _adapter_schema(name) for name in adapters},
        verticals={point.name: _vertical_schema(point.name) for point in entry_points(group=GROUP)},
    )


def _adapter_schema(name: str) -> SchemaOf:
    return lambda: registry.manifest(name).settings_schema


def _vertical_schema(name: str) -> SchemaOf:
    return lambda: load_verticals([name])[name].settings
