"""The configuration: TOML files -> frozen Settings, every fault reported at once with its line."""

from __future__ import annotations

from hospital_bridge.settings.faults import EXIT_CODE, Fault, SettingsFaults
from hospital_bridge.settings.load import load
from hospital_bridge.settings.model import (
    AdapterChoice,
    BillChannel,
    BridgeSettings,
    Installed,
    ListenerSettings,
    OperatorSettings,
    Peer,
    Settings,
    Webhook,
    WebSettings,
)

__all__ = [
    "EXIT_CODE",
    "AdapterChoice",
    "BillChannel",
    "BridgeSettings",
    "Fault",
    "Installed",
    "ListenerSettings",
    "OperatorSettings",
    "Peer",
    "Settings",
    "SettingsFaults",
    "WebSettings",
    "Webhook",
    "load",
]
