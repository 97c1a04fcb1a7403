"""The plugin slot: what a vertical declares, and the façade that it is given.

A vertical is data read once at start (entry point group `hospital_bridge.verticals`). It never
imports the core's flows or tables: everything it needs arrives through the protocols of `facade`, and
everything it changes at the core happens inside the unit of work that it is handed.
"""

from __future__ import annotations

from hospital_bridge.cards.model import CardEvent, CardForm, CardRefusal, CardRefused, CardState, Redemption
from hospital_bridge.cards.rules import CardRules, Hours
from hospital_bridge.slot.cards import CardKind, Cards, CardTemplate, CardView, Use, WalletFace
from hospital_bridge.slot.care import Care, Chore, Finding
from hospital_bridge.slot.facade import (
    Audit,
    Effects,
    Jobs,
    NeedsSecondPerson,
    OutsideCall,
    Payments,
    Scope,
    Seal,
    Subjects,
    VerticalWork,
)
from hospital_bridge.slot.guards import Guard, Guarded, GuardFailed, Veto, Vetoed
from hospital_bridge.slot.lines import DeskView, LineOpening, LineRules, Lines, Position, WaitingRow
from hospital_bridge.slot.messages import Messages, Notice
from hospital_bridge.slot.money import FulfilMode, PaidSale, PaymentRequest, PaymentView, Progress, Receipt, SaleEntry
from hospital_bridge.slot.people import ALL_RIGHTS, Binding, Relation, Right
from hospital_bridge.slot.vertical import (
    API,
    BOARD,
    GROUP,
    HOLDS,
    KIOSK,
    NOTHING_PERSONAL,
    PATIENT,
    Download,
    Go,
    Inbound,
    LookAgain,
    Page,
    PageRequest,
    PersonalData,
    Reaction,
    Resource,
    Sale,
    StillNeeded,
    Told,
    Vertical,
    VerticalManifest,
    View,
    holds,
)
from hospital_bridge.slot.webhooks import Webhooks

__all__ = [
    "ALL_RIGHTS",
    "API",
    "BOARD",
    "GROUP",
    "HOLDS",
    "KIOSK",
    "NOTHING_PERSONAL",
    "PATIENT",
    "Audit",
    "Binding",
    "CardEvent",
    "CardForm",
    "CardKind",
    "CardRefusal",
    "CardRefused",
    "CardRules",
    "CardState",
    "CardTemplate",
    "CardView",
    "Cards",
    "Care",
    "Chore",
    "DeskView",
    "Download",
    "Effects",
    "Finding",
    "FulfilMode",
    "Go",
    "Guard",
    "GuardFailed",
    "Guarded",
    "Hours",
    "Inbound",
    "Jobs",
    "LineOpening",
    "LineRules",
    "Lines",
    "LookAgain",
    "Messages",
    "NeedsSecondPerson",
    "Notice",
    "OutsideCall",
    "Page",
    "PageRequest",
    "PaidSale",
    "PaymentRequest",
    "PaymentView",
    "Payments",
    "PersonalData",
    "Position",
    "Progress",
    "Reaction",
    "Receipt",
    "Redemption",
    "Relation",
    "Resource",
    "Right",
    "Sale",
    "SaleEntry",
    "Scope",
    "Seal",
    "StillNeeded",
    "Subjects",
    "Told",
    "Use",
    "Vertical",
    "VerticalManifest",
    "VerticalWork",
    "Veto",
    "Vetoed",
    "View",
    "WaitingRow",
    "WalletFace",
    "Webhooks",
    "holds",
]
