"""A critical value waits for a clinician's word: delivered is not acknowledged, and silence is passed on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.news import ReportStatus
from hospital_bridge.facade import OperatorScope
from hospital_bridge.slot import StillNeeded
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital import erase_subject, export_subject
from hospital_bridge.verticals.hospital.results import clinician, critical_watch, reading
from hospital_bridge.verticals.hospital.results.critical import (
    TRANSITIONS,
    Action,
    CriticalValue,
    Event,
    IllegalTransition,
    State,
    is_read_back,
)
from hospital_bridge.verticals.hospital.results.reading import Word
from hospital_bridge.verticals.hospital.store import critical_values, reports
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.hospital.laboratory import (
    ANNA,
    GLUCOSE,
    POTASSIUM,
    hospital_scope,
    patient,
    receive,
    report,
    reports_of,
)


@pytest.fixture
def scope(store: Store, database: Database, clock: FakeClock) -> OperatorScope:
    return hospital_scope(store, database, clock, critical_minutes=10, hold_items=["HIV"])


@pytest.fixture
def anna(scope: OperatorScope) -> tuple[str, str]:
    return patient(scope, ANNA, "100001")


def the_value(scope: OperatorScope, report_no: str = "L1") -> CriticalValue:
    with scope.read() as work:
        (report_,) = reports.of_number(work, report_no)
        (value,) = critical_values.of_report(work, report_.report_id)
    return value


def word(scope: OperatorScope, anna: tuple[str, str]) -> Word:
    (shown,) = reports_of(scope, anna[0])
    assert bool(shown.values) == (shown.word not in (Word.HELD, Word.TAKEN_BACK))
    return shown.word


def acknowledge(scope: OperatorScope, value: CriticalValue, read_back: str = "6.8") -> bool:
    with scope.begin() as work:
        return critical_watch.acknowledge(
            work, value.critical_id, by="staff-1", action=Action.CALL_IN, read_back=read_back
        )


def levels(scope: OperatorScope) -> list[str]:
    with scope.read() as work:
        return [act.detail for act in reversed(work.work.audit.latest(100)) if act.action == "critical.escalated"]


def test_the_patient_reads_it_once_a_clinician_has_acknowledged(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report(GLUCOSE, POTASSIUM))
    value = the_value(scope)
    assert (value.state, word(scope, anna)) == (State.RAISED, Word.HELD)
    with pytest.raises(reports.NoSuchReport):
        reading.open_document(scope, anna[0], value.report_id, 1)

    clinician.read_report(scope, value.report_id, by="system:k")
    assert (the_value(scope).state, word(scope, anna)) == (State.DELIVERED, Word.HELD)

    assert acknowledge(scope, the_value(scope))
    done = the_value(scope)
    assert (done.state, done.acknowledged_by, done.action) == (State.ACKNOWLEDGED, "staff-1", "call_in")
    assert word(scope, anna) is Word.FINAL
    (shown,) = reports_of(scope, anna[0])
    assert shown.is_seen


def test_what_is_read_back_wrong_acknowledges_nothing(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report(POTASSIUM))
    assert not acknowledge(scope, the_value(scope), "8.6")
    assert (the_value(scope).state, word(scope, anna)) == (State.RAISED, Word.HELD)
    with scope.read() as work:
        acts = [act.action for act in work.work.audit.of(the_value(scope).critical_id)]
    assert acts[-1] == "critical.read_back_wrong"


@pytest.mark.parametrize(
    ("typed", "reported", "same"),
    [
        ("6.8", "6.8", True),
        ("6.80", "6.8", True),
        (" ６.８ ", "6.8", True),
        ("8.6", "6.8", False),
        ("68", "6.8", False),
        ("", "6.8", False),
        ("阳 性", "阳性", True),
        ("阴性", "阳性", False),
        ("<0.1", "<0.1", True),
        ("0.1", "<0.1", False),
        ("", "", False),
        ("nan", "6.8", False),
    ],
)
def test_reading_back(typed: str, reported: str, same: bool) -> None:  # noqa: FBT001
    assert is_read_back(typed, replace(POTASSIUM, value=reported)) == same


def test_a_critical_item_without_a_value_is_read_back_by_its_name(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report(replace(POTASSIUM, value="")))
    assert not acknowledge(scope, the_value(scope), "")
    assert not acknowledge(scope, the_value(scope), "钠")
    assert acknowledge(scope, the_value(scope), "钾")
    assert word(scope, anna) is Word.FINAL


def test_a_critical_finding_in_many_words_is_read_back_by_its_beginning() -> None:
    finding = replace(POTASSIUM, value="血培养检出革兰阴性杆菌，为多重耐药菌株，请立即处理并上报" * 10)
    assert is_read_back(finding.value[:20], finding)
    assert is_read_back(finding.value[:60], finding)
    assert not is_read_back(finding.value[:19], finding)
    in_english = replace(POTASSIUM, value="Gram-negative rods in two of two bottles")
    assert is_read_back(in_english.value[:20], in_english)
    assert not is_read_back(finding.value[1:30], finding)


def test_it_is_acknowledged_once(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report(POTASSIUM))
    assert acknowledge(scope, the_value(scope))
    with pytest.raises(IllegalTransition):
        acknowledge(scope, the_value(scope))


def test_each_of_two_values_must_be_acknowledged(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report(POTASSIUM, replace(POTASSIUM, code="TNI", name="肌钙蛋白", value="9")))
    with scope.read() as work:
        first, second = critical_values.waiting(work)
    assert acknowledge(scope, first, first.observation.value)
    assert word(scope, anna) is Word.HELD
    assert acknowledge(scope, second, second.observation.value)
    assert word(scope, anna) is Word.FINAL


def test_silence_is_passed_on_at_half_the_limit_at_the_limit_and_at_twice_the_limit(
    scope: OperatorScope, anna: tuple[str, str], clock: FakeClock
) -> None:
    receive(scope, report(POTASSIUM))
    value = the_value(scope)
    reached = []
    for _ in range(24):
        critical_watch.escalate(scope, value.critical_id)
        reached.append(the_value(scope).level)
        clock.advance(timedelta(minutes=1))
    assert reached == [0] * 5 + [1] * 5 + [2] * 10 + [3] * 4
    assert levels(scope) == ['{"level":"1"}', '{"level":"2"}', '{"level":"3"}']
    assert the_value(scope).is_open, "it stays on the list until somebody acts"


def test_the_next_look_is_at_the_next_step(scope: OperatorScope, anna: tuple[str, str], clock: FakeClock) -> None:
    """Each look asks for the next one, as a job of its own, and a look that is repeated asks for none."""
    receive(scope, report(POTASSIUM))
    value, looks = the_value(scope), set()
    for _ in range(4):
        for _ in range(2):
            critical_watch.escalate(scope, value.critical_id)
        with scope.read() as work:
            due = work.connection.exec_driver_sql("SELECT run_at FROM job WHERE topic = 'hospital.escalate'").all()
        looks.add(len(due))
        clock.advance(timedelta(minutes=5))
    assert looks == {2, 3, 4}


def test_a_worker_that_was_down_passes_on_what_it_missed(
    scope: OperatorScope, anna: tuple[str, str], clock: FakeClock
) -> None:
    receive(scope, report(POTASSIUM))
    clock.advance(timedelta(minutes=30))
    critical_watch.escalate(scope, the_value(scope).critical_id)
    assert (the_value(scope).level, len(levels(scope))) == (3, 3)


def test_what_is_acknowledged_is_passed_on_no_further(
    scope: OperatorScope, anna: tuple[str, str], clock: FakeClock
) -> None:
    receive(scope, report(POTASSIUM))
    acknowledge(scope, the_value(scope))
    clock.advance(timedelta(minutes=30))
    critical_watch.escalate(scope, the_value(scope).critical_id)
    assert levels(scope) == []


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (ReportStatus.CORRECTED, "corrected"),
        (ReportStatus.CANCELLED, "cancelled"),
        (ReportStatus.ENTERED_IN_ERROR, "entered_in_error"),
    ],
)
@pytest.mark.parametrize("acknowledged", [False, True])
def test_a_correction_ends_it_with_its_reason(
    scope: OperatorScope,
    anna: tuple[str, str],
    status: ReportStatus,
    reason: str,
    acknowledged: bool,  # noqa: FBT001
) -> None:
    receive(scope, report(POTASSIUM))
    if acknowledged:
        acknowledge(scope, the_value(scope))
    receive(scope, report(replace(POTASSIUM, value="4.1", flag=GLUCOSE.flag), status=status, after=5))
    ended = the_value(scope)
    assert (ended.state, ended.end_reason) == (State.ENDED, reason)
    assert word(scope, anna) in (Word.CORRECTED, Word.TAKEN_BACK)


def test_a_corrected_value_that_is_critical_too_must_be_acknowledged_anew(
    scope: OperatorScope, anna: tuple[str, str]
) -> None:
    receive(scope, report(POTASSIUM))
    acknowledge(scope, the_value(scope))
    receive(scope, report(replace(POTASSIUM, value="7.4"), status=ReportStatus.CORRECTED, after=5))
    with scope.read() as work:
        (open_,) = critical_values.waiting(work)
    assert (open_.observation.value, word(scope, anna)) == ("7.4", Word.HELD)


def test_a_value_that_comes_back_after_a_correction_is_raised_again(
    scope: OperatorScope, anna: tuple[str, str], clock: FakeClock
) -> None:
    receive(scope, report(POTASSIUM))
    acknowledge(scope, the_value(scope))
    receive(scope, report(GLUCOSE, after=5, status=ReportStatus.CORRECTED))
    clock.advance(timedelta(hours=1))
    receive(scope, report(POTASSIUM, after=9, status=ReportStatus.CORRECTED))
    again = the_value(scope)
    assert (again.state, again.level, again.acknowledged_by) == (State.RAISED, 0, "")
    critical_watch.escalate(scope, again.critical_id)
    assert the_value(scope).level == 0, "its time begins anew"


def test_an_original_that_comes_after_its_correction_raises_nothing(
    scope: OperatorScope, anna: tuple[str, str]
) -> None:
    receive(scope, report(GLUCOSE, after=5, status=ReportStatus.CORRECTED), report(POTASSIUM))
    with scope.read() as work:
        assert critical_values.waiting(work) == []


def test_a_sensitive_item_waits_for_a_doctor_whatever_its_value(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report(replace(GLUCOSE, code="HIV", value="阴性")))
    assert word(scope, anna) is Word.HELD
    (shown,) = reports_of(scope, anna[0])
    clinician.mark_seen(scope, shown.report.report_id, by="staff-1")
    assert word(scope, anna) is Word.FINAL
    receive(scope, report(replace(GLUCOSE, code="HIV", value="阳性"), after=5, status=ReportStatus.CORRECTED))
    assert word(scope, anna) is Word.HELD, "a doctor has not looked at the new version"


def test_a_person_is_not_forgotten_while_a_critical_value_waits(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report(POTASSIUM))
    with pytest.raises(StillNeeded, match="critical value"), scope.begin() as work:
        erase_subject(work, anna[1])
    acknowledge(scope, the_value(scope))
    with scope.read() as work:
        (told,) = export_subject(work, anna[1])["reports"]
    assert told["versions"][0]["values"][0]["value"] == "6.8"
    report_id = the_value(scope).report_id
    with scope.begin() as work:
        erase_subject(work, anna[1])
        work.work.subjects.forget(anna[1])
    assert reports_of(scope, anna[0]) == []
    with pytest.raises(reports.NoSuchReport):
        clinician.read_report(scope, report_id, by="system:k")
    receive(scope, report(after=5))
    with scope.read() as work:
        assert reports.of_number(work, "L1") == [], "what comes now is of somebody whom nobody here knows"


def test_the_table() -> None:
    assert {state for state, _ in TRANSITIONS} == set(State)
    into_acknowledged = {event for (_, event), after in TRANSITIONS.items() if after is State.ACKNOWLEDGED}
    assert into_acknowledged == {Event.ACKNOWLEDGE}, "nothing but a clinician's word acknowledges"
