"""From files to Settings, or to every fault at once."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hospital_bridge.settings.check import check
from hospital_bridge.settings.faults import Fault, SettingsFaults
from hospital_bridge.settings.listener_tls import with_tls
from hospital_bridge.settings.model import BridgeSettings, Installed, Settings
from hospital_bridge.settings.operators import OperatorReader
from hospital_bridge.settings.schema import BridgeSchema
from hospital_bridge.settings.section import Section
from hospital_bridge.settings.sentence import Sentence
from hospital_bridge.settings.sources import bridge_section, documents, operator_sections


def load(main: Path, installed: Installed, environment: Mapping[str, str] | None = None) -> Settings:
    """The checked configuration whose main file is `main`; SettingsFaults with every fault.

    `environment` (the process's own by default) resolves `{ env = "…" }`. Nothing is created or
    changed by reading: folders are made by what uses them.
    """
    surroundings = os.environ if environment is None else environment
    faults: list[Fault] = []
    read = documents(main.absolute(), faults)
    shared = bridge_section(read, main.absolute(), faults)
    sections = operator_sections(read, main.absolute(), faults)
    main_is_read = any(document.file == main.absolute() for document in read)
    # What an unread file would have said is not missing: its one fault is that it cannot be read.
    bridge = _bridge(shared, surroundings, faults) if main_is_read else None
    reader = OperatorReader(installed, surroundings, faults)
    operators = [reader.read(section) for section in sections]
    faults.extend(_twins(sections))
    if faults or bridge is None:
        raise SettingsFaults(faults)
    whole = tuple(operator for operator in operators if operator is not None)
    return Settings(bridge=bridge, operators=whole, digest=_digest([shared, *sections]))


def written_sections(main: Path) -> Mapping[str, Section]:
    """Each operator's table as it was written, by the operator's id: for who tells of its lines."""
    read = documents(main.absolute(), [])
    sections = operator_sections(read, main.absolute(), [])
    return {str(section.table.get("id")): section for section in sections}


def _bridge(section: Section, environment: Mapping[str, str], faults: list[Fault]) -> BridgeSettings | None:
    values = check(BridgeSchema(), section, environment, faults)
    written = section.table.get("data_dir")
    folder = (section.base / written).resolve() if isinstance(written, str) else section.base
    if (obstacle := _obstacle(folder)) is not None:
        faults.append(section.fault(("data_dir",), "HB-C011", obstacle))
        return None
    if values is None:
        return None
    values["listener"] = with_tls(values["listener"], section, faults)
    return BridgeSettings(**{**values, **_derived(values, folder)})


def _derived(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    url = values["database_url"] or f"sqlite:///{folder / 'bridge.db'}"
    return {
        "data_dir": folder,
        "public_url": values["public_url"].rstrip("/"),
        **{name: tuple(values[name]) for name in ("trusted_proxies", "metrics_networks", "older_root_keys")},
        "database_url": url,
        "owner_database_url": values["owner_database_url"] or url,
    }


def _obstacle(folder: Path) -> Sentence | None:
    """Why nothing can be written to the folder, made or still to be made; None when it can."""
    standing = next(place for place in (folder, *folder.parents) if place.exists())
    if not standing.is_dir():
        return Sentence("{place} is a file, not a folder", {"place": str(standing)})
    if not os.access(standing, os.W_OK | os.X_OK):
        return Sentence("the folder {place} cannot be written by this user", {"place": str(standing)})
    return None


def _twins(sections: Sequence[Section]) -> list[Fault]:
    ids = [section.table.get("id") for section in sections]
    return [
        section.fault(("id",), "HB-C012", Sentence("another operator has this id"))
        for number, section in enumerate(sections)
        if ids[number] is not None and ids[number] in ids[:number]
    ]


def _digest(sections: Sequence[Section]) -> str:
    """Over what was written: a secret enters as the place it is read from."""
    written = [section.table for section in sections]
    return hashlib.sha256(json.dumps(written, sort_keys=True, default=str).encode()).hexdigest()
