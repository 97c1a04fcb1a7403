"""The consent that every operator asks for unless it has a text of its own (PIPL art. 17, 23, 29)."""

from __future__ import annotations

from hospital_bridge.web.site import ConsentText, Purpose

STANDARD = ConsentText(
    version="2026-11-22",
    purposes=(
        Purpose(
            "identity",
            "Identity",
            "Your name and ID number, as the wallet has verified them, are used to find or create your record at "
            "the hospital.",
        ),
        Purpose(
            "payment",
            "Registration and payment",
            "Your registrations and payments are kept here and passed to the hospital and to the wallet that "
            "collects the fee.",
        ),
        Purpose("messages", "Messages", "Reminders and changes are sent to you in the wallet.", required=False),
    ),
)
