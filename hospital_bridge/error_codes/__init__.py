"""Permanent error codes: a person reads one on a page, in a log or at the command line and can look it up.

A code is never renumbered and never reused. Its page in the documentation is made from this table
(docs/reference, `hospital-bridge explain CODE`). The first letter says whose matter it is:
A access, C configuration, D data store, H hospital system, K cards, P payment, Q queue, R request,
S system, W wallet.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from hospital_bridge.error_codes.cards import CARDS
from hospital_bridge.error_codes.entry import ErrorCode
from hospital_bridge.error_codes.queue import QUEUE
from hospital_bridge.error_codes.systems import SYSTEMS

__all__ = ["CODES", "ErrorCode"]

CODES: Final[tuple[ErrorCode, ...]] = (
    ErrorCode(
        "HB-A001",
        "You are not signed in.",
        "Sign in and try again; after a long pause the session ends by itself.",
        HTTPStatus.UNAUTHORIZED,
    ),
    ErrorCode(
        "HB-A002",
        "Your role does not allow this.",
        "Ask an administrator for the role that the page names.",
        HTTPStatus.FORBIDDEN,
    ),
    ErrorCode(
        "HB-A003",
        "The form is too old or did not come from this site.",
        "Open the page again and repeat the step; nothing was changed.",
        HTTPStatus.FORBIDDEN,
    ),
    ErrorCode(
        "HB-A004",
        "User name or password is wrong.",
        "Check both; after several failures the account rests for some minutes.",
        HTTPStatus.UNAUTHORIZED,
    ),
    ErrorCode(
        "HB-A005",
        "Too many attempts.",
        "Wait for the time that the page names, then try again.",
        HTTPStatus.TOO_MANY_REQUESTS,
    ),
    ErrorCode("HB-C001", "A configuration file cannot be read.", "Check the path and who may read the file."),
    ErrorCode(
        "HB-C002",
        "A configuration file is not valid TOML.",
        "Mend the line that is named; a missing quote or bracket is the usual cause.",
    ),
    ErrorCode(
        "HB-C003",
        "The configuration has a key that nothing reads.",
        "Correct the spelling; the nearest known key is named. Unknown keys are refused so that no setting is lost.",
    ),
    ErrorCode("HB-C004", "The configuration lacks a required key.", "Add the key; what it must hold is named."),
    ErrorCode("HB-C005", "A value of the configuration is not acceptable.", "Give a value such as the one described."),
    ErrorCode(
        "HB-C006",
        "Two configuration files set the same key.",
        "Keep it in one of them: which of the two should win is nothing that a program can know.",
    ),
    ErrorCode(
        "HB-C007",
        "The configuration names an adapter or vertical that is not installed.",
        "Correct the name or install the package; `hospital-bridge adapters` lists what is installed.",
    ),
    ErrorCode(
        "HB-C008",
        "A secret stands in the configuration itself.",
        'Move it to a file that only the bridge may read and write { file = "…" }, or { env = "…" }.',
    ),
    ErrorCode(
        "HB-C009",
        "A secret cannot be found.",
        "Create the file or set the environment variable that is named, and let the bridge's user read it.",
    ),
    ErrorCode("HB-C010", "A file that the configuration names is missing.", "Put it there or correct the path."),
    ErrorCode(
        "HB-C011",
        "The data folder cannot be written.",
        "Create it and give it to the user that runs the bridge.",
    ),
    ErrorCode("HB-C012", "Two operators have the same id.", "Give each operator an id of its own; ids never change."),
    ErrorCode(
        "HB-C013",
        "An installed adapter or vertical is broken.",
        "The message names its package: install a version made for this bridge.",
    ),
    ErrorCode(
        "HB-C014",
        "The address to listen on is in use or not allowed.",
        "Stop the other program, choose another port, or allow the bridge to open this one.",
    ),
    ErrorCode(
        "HB-C015",
        "A package of another distribution stands in place of ours.",
        "Install the bridge into a virtual environment of its own.",
    ),
    ErrorCode(
        "HB-C016",
        "A vertical needs what no adapter of its operator provides.",
        "Configure an adapter that provides it; `hospital-bridge adapters` shows which do.",
    ),
    ErrorCode(
        "HB-C017",
        "The root key is not the one with which the stored keys were wrapped.",
        "Name the key that was used before as root_key, or among older_root_keys; without it nothing sealed opens.",
    ),
    ErrorCode(
        "HB-C018",
        "A vertical was written for another version of the plugin slot.",
        "Install the version of the named package that was made for this bridge.",
    ),
    ErrorCode(
        "HB-C019",
        "Two parts of the bridge claim the same name.",
        "Uninstall one of the named packages, or ask its author for a version whose names are its own.",
    ),
    ErrorCode(
        "HB-C020",
        "A vertical uses what its manifest does not declare.",
        "Ask its author for a version whose manifest declares it; nothing of it was started.",
    ),
    ErrorCode(
        "HB-C021",
        "Two peers have one address.",
        "Give each peer addresses of its own: whoever connects is taken for the first peer that has the address.",
    ),
    ErrorCode(
        "HB-C022",
        "Something in the configuration was left open.",
        "It works without it; decide it on purpose, as the line says.",
    ),
    ErrorCode(
        "HB-D001",
        "The database cannot be reached.",
        "Check that it runs and that the address and password are right; the bridge keeps trying.",
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
    ErrorCode(
        "HB-D002",
        "The database is of another version than the program.",
        "Run `hospital-bridge migrate`, or start the program version that made the database.",
    ),
    ErrorCode(
        "HB-D003",
        "The database may lose what it has acknowledged.",
        "Set fsync and synchronous_commit to on; payments must survive a power cut.",
    ),
    ErrorCode(
        "HB-D004",
        "Somebody else changed this at the same moment.",
        "Open the page again, look at the new state and repeat the step if it is still wanted.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-D005",
        "Another worker of this name is running.",
        "Give each worker a name of its own with `serve --name`, or end the other one first.",
    ),
    ErrorCode(
        "HB-D006",
        "The system is busy and did not take this step.",
        "Please try again in a moment: nothing is lost, and nothing is done twice.",
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
    *SYSTEMS,
    *CARDS,
    ErrorCode(
        "HB-P001",
        "The payment cannot take this step from its present state.",
        "Open the payment again: its page shows the state and the steps that are open.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-P002",
        "The outcome at the wallet is not known yet.",
        "Do not pay again: the bridge asks the wallet until it answers, and the page follows.",
        HTTPStatus.ACCEPTED,
    ),
    ErrorCode(
        "HB-P003",
        "The time to pay is over.",
        "Choose again; money that arrives late is refunded by itself.",
        HTTPStatus.GONE,
    ),
    ErrorCode(
        "HB-P004",
        "More would be refunded than was collected.",
        "Look at the refunds that are already under way for this payment.",
        HTTPStatus.CONFLICT,
    ),
    *QUEUE,
    ErrorCode(
        "HB-R001",
        "Some of what was entered is not acceptable.",
        "Correct the marked fields; what was typed is still there.",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
    ErrorCode(
        "HB-R002", "There is no such page.", "Check the address or start from the first page.", HTTPStatus.NOT_FOUND
    ),
    ErrorCode(
        "HB-R003",
        "The same key came with another request.",
        "Use a new Idempotency-Key for a new request, and the same one only to repeat the same.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-R004",
        "The slot was just taken by someone else.",
        "Choose another time; nothing was charged.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode("HB-R005", "The request is too large.", "Send less at once.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    ErrorCode(
        "HB-R006",
        "This cannot be done this way.",
        "Use the links and buttons of the page.",
        HTTPStatus.METHOD_NOT_ALLOWED,
    ),
    ErrorCode(
        "HB-R007",
        "The request carries no Idempotency-Key.",
        "Send a key of your own making with every POST, at most 100 characters, new for each new request.",
        HTTPStatus.BAD_REQUEST,
    ),
    ErrorCode(
        "HB-R008",
        "This is not possible at the moment.",
        "Read why; nothing was changed and nothing was charged.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-S001",
        "Something went wrong on our side.",
        "Try again later; give the number shown on the page to the engineer, who finds it in the log.",
    ),
    ErrorCode(
        "HB-S002",
        "The service is starting or stopping.",
        "Try again in a moment.",
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
    ErrorCode(
        "HB-S003",
        "It could not be checked whether this is allowed, so it was not done.",
        "Try again later; the log names the check under guard.failed, and its vertical's author must mend it.",
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
    ErrorCode(
        "HB-W001",
        "The wallet does not answer.",
        "Nothing is lost and nothing is charged twice; try again later.",
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
    ErrorCode("HB-W002", "The wallet refused.", "Its reason is shown; choose another way to pay.", HTTPStatus.CONFLICT),
    ErrorCode(
        "HB-W003",
        "A message that claims to come from the wallet is not genuine.",
        "Nothing was changed. The security log has the details; check the wallet's public key if it repeats.",
        HTTPStatus.BAD_REQUEST,
    ),
    ErrorCode(
        "HB-W004",
        "The wallet does not confirm who you are.",
        "Complete the real-name check in the wallet, or go to the counter.",
        HTTPStatus.FORBIDDEN,
    ),
)
