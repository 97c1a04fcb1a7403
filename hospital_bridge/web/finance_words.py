"""What finance reads of decisions, differences and comparisons: message ids by code."""

from __future__ import annotations

from dataclasses import dataclass

from hospital_bridge.web.finance_reads import Decision, DifferenceRow, Explanation


@dataclass(frozen=True, slots=True)
class Words:
    """Message ids of one decision: its button, and what it brings about."""

    label: str
    consequence: str


DECISIONS = {
    Decision.FULFILLED: Words(
        "It is booked",
        "The payment counts as booked under the receipt number that you enter. This cannot be undone here.",
    ),
    Decision.REFUSED: Words(
        "It is not booked: give the money back",
        "The whole sum goes back to the payer. This cannot be undone.",
    ),
    Decision.AGAIN: Words(
        "It is not booked: book it again",
        "The operator's system is told once more. If it has booked after all, it will hold two bookings.",
    ),
    Decision.REVERSED: Words(
        "The booking has been taken back",
        "The booking counts as taken back. This cannot be undone here.",
    ),
    Decision.REFUND_AGAIN: Words(
        "Send the money back again",
        "The wallet is asked for the refund once more, under a new refund number. This cannot be undone.",
    ),
    Decision.RETURNED: Words(
        "The payer has the money back",
        "The money counts as returned; the bridge itself returns nothing. This cannot be undone here.",
    ),
}
EXPLANATIONS = {
    Explanation.AT_THE_COUNTER: "Settled at the counter",
    Explanation.BY_THE_WALLET: "Corrected by the wallet",
    Explanation.BOOKED_BY_HAND: "Booked by hand in the operator's system",
    Explanation.ANOTHER_DAY: "Stands in the books of another day",
    Explanation.ANOTHER_TILL: "Belongs to another till",
    Explanation.WITH_THE_WALLET: "Reported to the wallet",
}
FINDINGS = {
    "timing": "Stands in two books on neighbouring days",
    "sale_timing": "The operator's list has it on a neighbouring day",
    "wallet_only": "Only the wallet's bill has it",
    "ledger_only": "The wallet's bill lacks it",
    "wallet_amount": "The wallet's bill has another amount",
    "sale_only": "Only the operator's list has it",
    "sale_missing": "The operator's list lacks it",
    "unfulfilled": "The operator's system has not answered yet",
    "sale_amount": "The operator's list has another amount",
    "paid_by_hand": "Paid out by hand: no bill has it",
    "bank_amount": "The bank has credited another amount",
}
PROPOSALS = {
    "timing": "Nothing: the next bill should have it.",
    "sale_timing": "Nothing: the operator's list of the next day should have it.",
    "wallet_only": "Find it in the wallet's console; what nobody knows is returned there.",
    "wallet_only/ours": "Compare the day again; what the wallet still has alone, clear up with the wallet.",
    "wallet_only/no_channel": "Find the till that it belongs to, and have a rule for it added (bill_channels).",
    "ledger_only": "Ask the wallet why its bill lacks it.",
    "ledger_only/denied": "The wallet denies it: clear it up with the wallet before anything is given back.",
    "ledger_only/unheard": "The wallet did not answer: compare the day again.",
    "wallet_amount": "Ask the wallet which amount holds.",
    "sale_only": "Find who booked it in the operator's system; a mistake is taken back there.",
    "sale_missing": "Have it booked in the operator's system, or the money given back.",
    "unfulfilled": "Nothing: the bridge follows it up.",
    "sale_amount": "Have the booking corrected in the operator's system.",
    "paid_by_hand": "Nothing: two people have approved it. Keep the signed form.",
    "bank_amount": "Look for withdrawals and fees in the wallet's account log, then ask the wallet.",
}
STEPS = {
    "bill": "Reading the wallet's bill",
    "ledger": "Reading our ledger",
    "list": "Reading the operator's list",
    "compare": "Comparing",
}
SHEET_HEADS = (
    "Day",
    "Account",
    "Entry",
    "What differs",
    "Number",
    "Our amount in yuan",
    "Their amount in yuan",
    "Open since",
    "Looked into by",
    "What to do",
)
KINDS = {"payment": "Payment", "refund": "Refund"}
NO_SUCH_DAY = "Enter a day whose books there can be: not one to come, and none that is years ago."
UNLISTED = "Compared two ways: the operator's list was not available"
UNLISTED_STEP = "Have the engineer see to the operator's list, then compare the day again."
STATES = {"waiting": "Waiting for a book", "done": "Compared", "unlisted": UNLISTED}


def proposal(one: DifferenceRow) -> str:
    """What a person does about a difference."""
    return PROPOSALS.get(f"{one.finding}/{one.clue}", PROPOSALS[one.finding])
