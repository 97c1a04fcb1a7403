"""What each kind of security event says to whoever guards the house: message ids."""

from __future__ import annotations

KINDS = {
    "answer.untrusted": "An outside answer could not be verified and was not believed",
    "fulfilment.wrong_amount": "The operator's system booked another sum than was paid",
    "hl7.control_id_reused": "A message came under a control id that had other content before",
    "hl7.framing_fault": "What came in on an HL7 line was no message",
    "login.state_refused": "Somebody came back from the wallet's sign-in who had not begun it here",
    "notice.refused": "A wallet's notice could not be verified and was not believed",
    "notice.unknown_order": "A genuine notice of the wallet told of an order that is not known here",
    "payment.forgotten": "The wallet knows no more of an order that it had opened: is it still the same merchant?",
    "payment.late": "Money arrived for an order that was over",
    "payment.mismatch": "What the wallet told of a payment does not fit the order",
    "refund.beyond_collected": "The wallet gave back more than it had collected",
    "refund.made_elsewhere": "Money was given back in the wallet's console",
    "refund.refused": "The wallet refused to give money back",
    "reversal.refused": "The operator's system refused to take a booking back",
    "reversal.wrong_amount": "The operator's system took back another sum than was asked",
    "staff.login_failed": "A wrong password at the sign-in of the staff",
    "staff.proof_failed": "A wrong password where somebody signed in had to give it once more",
}
"""Of the kinds that the bridge records; one that an update has taken away is shown as it was kept."""
