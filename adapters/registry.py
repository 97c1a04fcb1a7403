"""Entry point -> checked instance; a vendor's adapter comes the same way as ours."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from adapters import ports
from adapters.manifest import AdapterContext, Manifest

GROUP = "hospital_bridge.adapters"


class AdapterFault(Exception):
    """An adapter is missing or does not keep its manifest; the text names the package."""


def installed() -> Mapping[str, EntryPoint]:
    """Every registered adapter by name; AdapterFault when two packages claim one name."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        rival = found.get(point.name)
        if rival is not None and rival.value != point.value:
            raise AdapterFault(f"adapter {point.name!r} is claimed by {_package(rival)} and by {_package(point)}")
        found[point.name] = point
    return found


def manifest(name: str) -> Manifest:
    """The manifest of one adapter; AdapterFault when it is absent, broken or named otherwise."""
    points = installed()
    if name not in points:
        raise AdapterFault(f"no adapter {name!r} is installed; installed: {', '.join(sorted(points)) or 'none'}")
    point = points[name]
    try:
        loaded = point.load()
    except (ImportError, AttributeError) as error:
        raise AdapterFault(f"adapter {name!r} of {_package(point)} cannot be loaded: {error}") from error
    return checked(loaded, name, _package(point))


def checked(loaded: object, name: str, package: str) -> Manifest:
    """The same object, once it is a manifest of that name which provides known ports only."""
    if not isinstance(loaded, Manifest):
        raise AdapterFault(f"adapter {name!r} of {package} points to {type(loaded).__name__}, not to a Manifest")
    if loaded.name != name:
        raise AdapterFault(f"adapter {name!r} of {package} calls itself {loaded.name!r}")
    unknown = sorted(port for port in loaded.provides if not _is_port(port))
    if unknown:
        raise AdapterFault(f"adapter {name!r} of {package} provides unknown ports: {', '.join(unknown)}")
    return loaded


def build(declared: Manifest, settings: Mapping[str, Any], context: AdapterContext) -> object:
    """The adapter's instance; AdapterFault when it lacks a method of a port that it says it provides."""
    instance = declared.build(settings, context)
    faults = [fault for port in sorted(declared.provides) for fault in _missing(instance, port)]
    if faults:
        raise AdapterFault(f"adapter {declared.name!r} ({type(instance).__module__}): {'; '.join(faults)}")
    return instance


def _missing(instance: object, port_name: str) -> Iterator[str]:
    for method, declared in _methods(port_name):
        offered = getattr(instance, method, None)
        if not callable(offered):
            yield f"{port_name}.{method} is missing"
            continue
        wanted = [name for name in inspect.signature(declared).parameters if name != "self"]
        if list(inspect.signature(offered).parameters) != wanted:
            yield f"{port_name}.{method} does not take ({', '.join(wanted)})"


def _methods(port_name: str) -> Iterator[tuple[str, Any]]:
    for name, member in vars(getattr(ports, port_name)).items():
        if inspect.isfunction(member) and not name.startswith("_"):
            yield name, member


def _is_port(name: str) -> bool:
    found = getattr(ports, name, None)
    return isinstance(found, type) and found.__module__ == ports.__name__


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value
