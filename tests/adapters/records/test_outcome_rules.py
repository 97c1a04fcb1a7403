from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.errors import Malformed, NotDone, OutcomeUnknown, OutsideError, Reason, Refused
from adapters.records.outcomes import OutcomeRules, OutcomeSchema

RULES = OutcomeRules(
    codes={"0": "ok", "1": "empty", "-9": "busy", "-8": "unknown", "A1": "slot_taken", "<0": "other", ">0": "ok"},
    words={"号源已满": "slot_taken", "已退费": "already_refunded"},
)


def told(code: str, message: str = "", *, changes: bool = False, rules: OutcomeRules = RULES) -> object:
    try:
        return rules.holds(code, message, changes=changes, retry_after=timedelta(seconds=30))
    except OutsideError as outcome:
        return getattr(outcome, "reason", type(outcome))


@pytest.mark.parametrize(
    ("code", "message", "outcome"),
    [
        ("0", "", True),
        (" 0 ", "", True),
        ("1", "", False),
        ("7", "", True),
        ("-9", "", NotDone),
        ("-8", "", OutcomeUnknown),
        ("A1", "", Reason.SLOT_TAKEN),
        ("-1", "", Reason.OTHER),
        ("-1", "预约失败：号源已满！", Reason.SLOT_TAKEN),
        ("0", "号源已满", True),
        ("A2", "", Malformed),
        ("", "", Malformed),
        ("NaN", "", Malformed),
    ],
)
def test_an_answer_means_what_the_hospitals_own_rules_say(code: str, message: str, outcome: object) -> None:
    assert told(code, message) == outcome


def test_a_code_that_no_rule_lists_is_never_a_yes() -> None:
    assert told("A2", changes=True) is OutcomeUnknown
    assert told("A2", changes=True, rules=OutcomeRules({"0": "ok", "*": "other"})) is Reason.OTHER
    assert told("A2", rules=OutcomeRules()) is True


def test_a_code_is_repeated_only_where_it_cannot_be_personal() -> None:
    for code, shown in (("E-12", "E-12"), ("张三已挂号", ""), ("110101199003070134", "")):
        with pytest.raises(Refused) as no:
            OutcomeRules({"*": "other"}).holds(code, "", changes=True, retry_after=timedelta(0))
        assert (no.value.native_code, code in str(no.value)) == (shown, bool(shown))


def test_a_meaning_that_there_is_not_is_refused() -> None:
    assert OutcomeSchema().validate({"codes": {"0": "yes"}})


@pytest.mark.parametrize(
    "written",
    [
        {"codes": {"0": "ok", "*": "ok"}},
        {"codes": {"0": "ok", "*": "empty"}},
        {"codes": {"0": "other", "1": "busy"}},
        {"codes": {"0": "ok", "1": "not_found"}, "words": {"号源已满": "slot_taken"}},
    ],
)
def test_rules_that_let_an_unknown_code_pass_or_are_never_looked_at_are_refused(written: dict[str, object]) -> None:
    assert OutcomeSchema().validate(written)
    assert not OutcomeSchema().validate({"codes": {"0": "ok", "*": "other"}, "words": {"号源已满": "slot_taken"}})
