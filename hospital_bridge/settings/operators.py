"""One operator's section: its own keys, the adapters that it chooses, the verticals that it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marshmallow import Schema

from hospital_bridge.errors import BridgeError
from hospital_bridge.settings.check import check
from hospital_bridge.settings.faults import Fault, with_nearest
from hospital_bridge.settings.model import AdapterChoice, Installed, OperatorSettings, SchemaOf
from hospital_bridge.settings.pace_schema import PaceSchema
from hospital_bridge.settings.schema import OperatorSchema
from hospital_bridge.settings.section import Section
from hospital_bridge.settings.sentence import Sentence


class OperatorReader:
    """Reads operators' sections and gathers what is wrong with them in `faults`."""

    def __init__(self, installed: Installed, environment: Mapping[str, str], faults: list[Fault]) -> None:
        self._installed = installed
        self._environment = environment
        self._faults = faults

    def read(self, section: Section) -> OperatorSettings | None:
        """The operator; None when anything of it is wrong."""
        before = len(self._faults)
        own = check(OperatorSchema(), section, self._environment, self._faults)
        wallets = {
            account: self._choice(section.below("wallets", account)) for account in section.below("wallets").table
        }
        his = self._system(section.below("his")) if "his" in section.table else None
        systems = {name: self._system(section.below("systems", name)) for name in section.below("systems").table}
        self._known_systems(section, {"his", *systems})
        self._known_wallets(section, set(wallets))
        verticals = {name: self._vertical(section, name) for name in section.below("verticals").table}
        if own is None or len(self._faults) > before:
            return None
        chosen = {
            "wallets": wallets,
            "his": his,
            "systems": systems,
            "verticals": verticals,
            "peers": tuple(own["peers"]),
            "webhooks": tuple(own["webhooks"]),
            "bill_channels": tuple(own["bill_channels"]),
        }
        return OperatorSettings(**{**own, **chosen})

    def _known_systems(self, operator: Section, known: set[str]) -> None:
        for place, peer in enumerate(operator.table.get("peers", ())):
            named = peer.get("system", "his") if isinstance(peer, Mapping) else "his"
            if isinstance(named, str) and named not in known:
                sentence = with_nearest(Sentence("no such system"), named, sorted(known))
                self._faults.append(operator.fault(("peers", place, "system"), "HB-C005", sentence))

    def _system(self, section: Section) -> AdapterChoice | None:
        """An adapter of a hospital's system, and how gently that is treated."""
        choice = self._choice(section, also=("pace",))
        pace = check(PaceSchema(), section.below("pace"), self._environment, self._faults)
        return None if choice is None or pace is None else replace(choice, pace=pace["pace"])

    def _known_wallets(self, operator: Section, known: set[str]) -> None:
        for place, channel in enumerate(operator.table.get("bill_channels", ())):
            named = channel.get("wallet") if isinstance(channel, Mapping) else None
            if isinstance(named, str) and named not in known:
                sentence = with_nearest(Sentence("no such wallet account"), named, sorted(known))
                self._faults.append(operator.fault(("bill_channels", place, "wallet"), "HB-C005", sentence))

    def _choice(self, section: Section, also: tuple[str, ...] = ()) -> AdapterChoice | None:
        """The adapter that a table names, with the settings in the table of that name below it."""
        known = list(self._installed.adapters)
        name = section.table.get("adapter")
        if name is None:
            sentence = with_nearest(Sentence("missing; expected the name of an adapter"), "", known)
            self._faults.append(section.fault(("adapter",), "HB-C004", sentence))
            return None
        if name not in known:
            sentence = with_nearest(Sentence("no such adapter is installed"), str(name), known)
            self._faults.append(section.fault(("adapter",), "HB-C007", sentence))
            return None
        for key in section.table:
            if key not in {"adapter", name, *also}:
                sentence = with_nearest(Sentence("unknown key"), key, ["adapter", name, *also])
                self._faults.append(section.fault((key,), "HB-C003", sentence))
        settings = self._settings(section.below(name), self._installed.adapters[name])
        return None if settings is None else AdapterChoice(adapter=name, settings=settings)

    def _vertical(self, operator: Section, name: str) -> Mapping[str, Any] | None:
        schema_of = self._installed.verticals.get(name)
        if schema_of is None:
            known = list(self._installed.verticals)
            sentence = with_nearest(Sentence("no such vertical is installed"), name, known)
            self._faults.append(operator.fault(("verticals", name), "HB-C007", sentence))
            return None
        return self._settings(operator.below("verticals", name), schema_of)

    def _settings(self, section: Section, schema_of: SchemaOf) -> dict[str, Any] | None:
        schema = self._loaded(section, schema_of)
        return None if schema is None else check(schema, section, self._environment, self._faults)

    def _loaded(self, section: Section, schema_of: SchemaOf) -> Schema | None:
        try:
            return schema_of()()
        except Exception as error:  # noqa: BLE001 - foreign code: whatever it raises, the fault names it
            code, reason = "HB-C013", f"{type(error).__name__}: {error}"
            if isinstance(error, BridgeError):
                code, reason = error.code, error.detail
            self._faults.append(section.fault((), code, Sentence("cannot be loaded: {reason}", {"reason": reason})))
            return None
