"""What `hospital-bridge reconcile` says of a day: compared three ways, two ways, or not at all."""

from __future__ import annotations

import pytest

from hospital_bridge.cli.reconcile import sentence_of

RUN = {"wallet_account": "alipay", "day": "2026-11-23", "matched": 3, "unexplained_fen": 7, "reason": "why"}
SUMS = {"wallet_fen": 10, "ledger_fen": 3, "sale_fen": 0}


@pytest.mark.parametrize(
    ("state", "said", "unsaid"),
    [
        ("done", "hospital 0 fen; unexplained 7 fen", "two ways"),
        ("unlisted", "the hospital's list was not available: two ways; 3 entries agree", "hospital 0 fen"),
        ("waiting", "not reconciled: why", "entries agree"),
    ],
)
def test_each_state_has_a_sentence_of_its_own(state: str, said: str, unsaid: str) -> None:
    sentence = sentence_of({**RUN, **SUMS, "state": state})
    assert said in sentence
    assert unsaid not in sentence
