"""The command `hospital-bridge`: one file per group of commands, each loaded only when it is called.

Exit codes: 0, 1 (it ran and something is wrong), 78 (the configuration cannot be used).
"""

from __future__ import annotations

from hospital_bridge.cli.group import CommandGroup

COMMANDS = {
    "adapters": "hospital_bridge.cli.adapters",
    "audit": "hospital_bridge.cli.audit",
    "bank": "hospital_bridge.cli.bank",
    "check": "hospital_bridge.cli.check",
    "demo": "hospital_bridge.cli.demo",
    "doctor": "hospital_bridge.cli.doctor",
    "explain": "hospital_bridge.cli.explain",
    "hl7": "hospital_bridge.cli.hl7",
    "keys": "hospital_bridge.cli.keys",
    "ledger": "hospital_bridge.cli.ledger",
    "map": "hospital_bridge.cli.map",
    "messages": "hospital_bridge.cli.messages",
    "migrate": "hospital_bridge.cli.migrate",
    "reconcile": "hospital_bridge.cli.reconcile",
    "replay": "hospital_bridge.cli.replay",
    "serve": "hospital_bridge.cli.serve",
    "staff": "hospital_bridge.cli.staff",
    "subject": "hospital_bridge.cli.subject",
    "verticals": "hospital_bridge.cli.verticals",
    "webhooks": "hospital_bridge.cli.webhooks",
}
"""Name -> module; the module holds the click command under the name `command`."""

main = CommandGroup(COMMANDS, help="Joins a hospital information system to the wallets that patients carry.")
