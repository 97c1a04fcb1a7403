"""What `hospital-bridge reconcile` says of a day: compared three ways, two ways, or not at all."""

from __future__ import annotations

import pytest

from hospital_bridge.cli.reconcile import sentence_of
from hospital_bridge.web.finance_reads import WAITING_FOR

RUN = {"wallet_account": "alipay", "day": "2026-11-23", "matched": 3, "unexplained_fen": 7, "reason": "why"}
SUMS = {"wallet_fen": 10, "ledger_fen": 3, "sale_fen": 0}


@pytest.mark.parametrize(
    ("state", "said", "unsaid"),
    [
        ("done", "hospital 0 fen; unexplained 7 fen", "two ways"),
        ("unlisted", "the hospital's list was not available: two ways; 3 entries agree", "hospital 0 fen"),
        ("waiting", "not reconciled: ", "entries agree"),
    ],
)
def test_each_state_has_a_sentence_of_its_own(state: str, said: str, unsaid: str) -> None:
    sentence = sentence_of({**RUN, **SUMS, "state": state})
    assert said in sentence
    assert unsaid not in sentence


IN_CHINESE = {
    "NotDone": "尚未取得",
    "OutcomeUnknown": "没有应答",
    "Refused": "请检查账户权限",
    "Untrusted": "请工程师检查密钥和地址",
    "Malformed": "内容不可信",
}


@pytest.mark.parametrize("outcome", IN_CHINESE)
@pytest.mark.parametrize("language", ["zh_CN.UTF-8", "C"])
def test_a_day_that_waits_says_what_the_console_says_in_the_terminals_language_and_keeps_the_reason(
    monkeypatch: pytest.MonkeyPatch, outcome: str, language: str
) -> None:
    monkeypatch.setenv("LC_ALL", language)
    reason = f"{outcome}: the bill cannot be had"
    sentence = sentence_of({**RUN, "state": "waiting", "reason": reason})
    assert reason in sentence
    if language == "C":
        assert f"not reconciled: {WAITING_FOR[outcome]}" in sentence
    else:
        assert IN_CHINESE[outcome] in sentence
        assert "未对账" in sentence
        assert WAITING_FOR[outcome] not in sentence
