"""The table from acknowledgement to outcome, row by row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.errors import Malformed, NotDone, OutcomeUnknown, OutsideError, Reason, Refused
from adapters.his_hl7.outcomes import MEANING_OF_STANDARD_CODE, check
from adapters.hl7.message import Message
from tests.adapters.his_hl7.conftest import demo_settings

SETTINGS = demo_settings(codes={"9001": "slot_taken", "9002": "busy", "9003": "unknown"}, busy_retry=45)


def answer(*segments: str) -> Message:
    header = "MSH|^~\\&|HIS||US||20261123100000+0800||ACK^S01^ACK|1|P|2.5.1"
    return Message.parse("\r".join((header, *segments, "")).encode())


def outcome(*segments: str) -> OutsideError:
    with pytest.raises(OutsideError) as error:
        check(answer(*segments), SETTINGS)
    return error.value


@pytest.mark.parametrize("code", ["AA", "CA"])
def test_a_yes_is_a_yes(code: str) -> None:
    check(answer(f"MSA|{code}|1"), SETTINGS)
    with pytest.raises(OutsideError):
        check(answer(f"MSA|{code.replace('A', 'E')}|1"), SETTINGS)


@pytest.mark.parametrize("code", ["AE", "AR", "CE", "CR"])
def test_a_code_of_the_settings_counts_first(code: str) -> None:
    refusal = outcome(f"MSA|{code}|1", "ERR|||207^^HL70357|E|9001^full^L")
    assert isinstance(refusal, Refused)
    assert (refusal.reason, refusal.native_code) == (Reason.SLOT_TAKEN, "9001")


def test_the_settings_may_call_a_code_busy_or_unknown() -> None:
    busy = outcome("MSA|AE|1", "ERR|||207|E|9002")
    assert isinstance(busy, NotDone)
    assert busy.retry_after == timedelta(seconds=45)
    assert isinstance(outcome("MSA|AE|1", "ERR|||204|E|9003"), OutcomeUnknown)


@pytest.mark.parametrize("code", sorted(MEANING_OF_STANDARD_CODE))
@pytest.mark.parametrize("acknowledgement", ["AE", "AR", "CE", "CR"])
def test_a_standard_code_means_the_same_under_every_acknowledgement(acknowledgement: str, code: str) -> None:
    kind = {"206": NotDone, "207": OutcomeUnknown}.get(code, Refused)
    found = outcome(f"MSA|{acknowledgement}|1", f"ERR|||{code}^^HL70357|E")
    assert isinstance(found, kind)
    assert found.native_code == code


def test_an_internal_error_with_an_unlisted_code_is_unknown() -> None:
    assert isinstance(outcome("MSA|AE|1", "ERR|||207|E|ORA-00060"), OutcomeUnknown)


@pytest.mark.parametrize("error", ["ERR|||E77^full^L|E", "ERR|||E77^full^L|E|E77", "ERR||||E|E77"])
def test_a_code_of_the_hospitals_own_is_a_business_no(error: str) -> None:
    refusal = outcome("MSA|AE|1", error)
    assert isinstance(refusal, Refused)
    assert (refusal.reason, refusal.native_code) == (Reason.OTHER, "E77")


def test_an_older_hospital_puts_its_code_into_msa() -> None:
    refusal = outcome("MSA|AE|1||||9001")
    assert isinstance(refusal, Refused)
    assert refusal.reason is Reason.SLOT_TAKEN


@pytest.mark.parametrize(
    ("acknowledgement", "kind"),
    [("AR", NotDone), ("CR", NotDone), ("AE", OutcomeUnknown), ("CE", OutcomeUnknown)],
)
def test_without_any_code_a_rejection_was_unread_and_an_error_tells_nothing(
    acknowledgement: str, kind: type[OutsideError]
) -> None:
    assert isinstance(outcome(f"MSA|{acknowledgement}|1|号源已满"), kind)


@pytest.mark.parametrize("status", ["AE", "AR"])
def test_a_query_may_fail_behind_a_yes(status: str) -> None:
    assert isinstance(outcome("MSA|AA|1", "ERR|||207|E", f"QAK|1|{status}"), OutcomeUnknown)


@pytest.mark.parametrize("acknowledgement", ["", "OK", "aa"])
def test_anything_else_is_no_acknowledgement(acknowledgement: str) -> None:
    assert isinstance(outcome(f"MSA|{acknowledgement}|1"), Malformed)


@pytest.mark.parametrize("private", ["王弢", "999999198503120033", "10000000001", "P-10000000001", "x" * 41])
def test_what_may_be_personal_is_not_repeated(private: str) -> None:
    refusal = outcome("MSA|AE|1", f"ERR|||204|E|{private}")
    assert refusal.native_code == "204"
    assert private not in refusal.text
