"""The bank's own statement, read in by finance: what it credited for each day, held against the wallet's bill."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request

from hospital_bridge.errors import BridgeError
from hospital_bridge.web.access import ADMIN, FINANCE, Access, Area, open_to
from hospital_bridge.web.bank_words import FAULTS, NOTHING_FROM_THERE, NOTHING_KEPT
from hospital_bridge.web.finance_reads import BankFileRead, NotYet
from hospital_bridge.web.live import show
from hospital_bridge.web.visit import site, visit

BY_FINANCE = Access(Area.STAFF, role=FINANCE, or_role=ADMIN)
READ_IN = Access(Area.STAFF, role=FINANCE, or_role=ADMIN, shows_again=True)
"""A file that is read again changes nothing, and its page is shown again."""

USUAL_DAYS, MOST_DAYS = 1, 7
CHOOSE = "Choose the file first."
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Filled:
    """What the form holds and shall go on holding: a corrected file must not go to another account unnoticed."""

    account: str = ""
    sent_by: str = ""
    days: int = USUAL_DAYS


NOTHING = Filled()

blueprint = Blueprint("bank", __name__, url_prefix="/staff/<operator>/bank")


@blueprint.get("/")
@open_to(BY_FINANCE)
def form() -> Response:
    """A form for the file."""
    return _page(None)


@blueprint.post("/")
@open_to(READ_IN)
def read_in() -> Response:
    """Keep what the file tells of each day, or with one wrong row nothing, and say so row by row."""
    told, file = request.form, request.files.get("file")
    days = told.get("settled_after", str(USUAL_DAYS))
    if days not in map(str, range(MOST_DAYS + 1)):
        raise BridgeError("HB-R001")
    filled = Filled(told.get("account", ""), told.get("sent_by", "").strip(), int(days))
    if not file:
        return _page(None, filled, fault=CHOOSE)
    try:
        taken = site().finance.read_bank_file(
            visit().operator.id, filled.account, file.read(), filled.days, filled.sent_by, by=visit().principal
        )
    except NotYet:
        raise BridgeError("HB-R001") from None
    return _page(taken, filled, status=422 if taken.faults else 200)


def _page(taken: BankFileRead | None, filled: Filled = NOTHING, *, fault: str = "", status: int = 200) -> Response:
    if taken:
        fault = NOTHING_KEPT if taken.faults else "" if taken.days else NOTHING_FROM_THERE
    context = {
        "fault": fault,
        "taken": taken,
        "accounts": sorted(visit().operator.wallets),
        "filled": filled,
        "most_days": MOST_DAYS,
        "faults": FAULTS,
        "most_shown": MOST_SHOWN,
    }
    return show("staff/bank.html", context, status)
