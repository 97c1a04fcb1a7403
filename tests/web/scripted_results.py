"""Results as a scripted hospital has them: one report in each state, a critical value, one without a patient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from adapters.news import AbnormalFlag, Observation, ReportKind, ReportStatus
from adapters.values import Identifier, PatientRecord, Sex
from hospital_bridge.errors import BridgeError
from hospital_bridge.slot import Download, Go, PageRequest, Told, View
from hospital_bridge.verticals.hospital.pages import results
from hospital_bridge.verticals.hospital.results import trend
from hospital_bridge.verticals.hospital.results.clinic import Opened, OpenedValue, Patient, Waiting
from hospital_bridge.verticals.hospital.results.critical import Action, CriticalValue, State
from hospital_bridge.verticals.hospital.results.matching import Doubt
from hospital_bridge.verticals.hospital.results.parked_desk import Candidate
from hospital_bridge.verticals.hospital.results.parked_desk import Opened as OpenedParked
from hospital_bridge.verticals.hospital.results.reading import Shown, Word
from hospital_bridge.verticals.hospital.results.version import KeptDocument, Place, Report, Version
from hospital_bridge.verticals.hospital.store.parked_reports import ParkedReport
from hospital_bridge.verticals.hospital.store.parked_reports import State as ParkedState

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SUBJECT = "5" * 32
REPORT = "7" * 32
CRITICAL = "8" * 32
PARKED = "9" * 32
MOBILE = "10000000001"
PERSON = Patient("张小三", Sex.MALE, date(1953, 4, 1), MOBILE, ("90000000042",))


def value(code: str, name: str, told: str, flag: AbnormalFlag, low: str = "", high: str = "") -> Observation:
    reach = f"{low}-{high}" if low else ""
    return Observation(code, name, told, "mmol/L" if low else "", reach, flag, ReportStatus.FINAL, low, high)


VALUES = (
    value("GLU", "葡萄糖", "5.1", AbnormalFlag.NORMAL, "3.9", "6.1"),
    value("CHOL", "总胆固醇", "6.42", AbnormalFlag.HIGH, "2.8", "5.7"),
    value("K", "钾", "3.2", AbnormalFlag.LOW, "3.5", "5.3"),
    value("TBA", "糖化血红蛋白（高效液相色谱法）", "9.9", AbnormalFlag.CRITICAL_HIGH, "4.0", "6.0"),
    value("HBSAG", "乙型肝炎表面抗原", "阴性", AbnormalFlag.NEGATIVE),
)
POTASSIUM = value("K", "钾", "6.8", AbnormalFlag.CRITICAL_HIGH, "3.5", "5.3")
PDF = KeptDocument(1, "报告单", "application/pdf", 1000)
BROKEN = KeptDocument(2, "影像", "image/png", 1000, "not_a_pdf")


def shown(word: Word, *, seen: bool = False) -> Shown:
    """The report in that state; its id ends in the number of the state."""
    report_id = f"{REPORT[:-1]}{list(Word).index(word)}"
    report = Report(report_id, "L1", SUBJECT, "v", moved=False, seen_id="v" if seen else "", seen_at=AT, version=1)
    is_open = word not in (Word.HELD, Word.TAKEN_BACK)
    return Shown(
        report=report,
        word=word,
        title="生化全项" if word is not Word.PRELIMINARY else "血常规＋超敏 C 反应蛋白",
        kind="lab",
        filler_id="V1" if word in (Word.FINAL, Word.CORRECTED) else "V2",
        told_at=AT if word in (Word.FINAL, Word.CORRECTED) else AT - timedelta(days=8),
        issued_at=AT + timedelta(hours=2),
        department_name="检验科",
        practitioner_name="林若海",
        values=VALUES if is_open else (),
        documents=(PDF, BROKEN) if is_open else (),
    )


REPORTS = {each.report.report_id: each for each in (shown(word, seen=word is Word.FINAL) for word in Word)}
FINAL_REPORT = next(each.report.report_id for each in REPORTS.values() if each.word is Word.FINAL)
REPORT_ADDRESSES = tuple(f"hospital/results/{report_id}" for report_id in REPORTS)
TREND_ADDRESS = f"hospital/results/{FINAL_REPORT}/values/2"
STAFF_ADDRESSES = (
    "hospital/critical",
    f"hospital/critical/{CRITICAL}",
    f"hospital/reports/{FINAL_REPORT}",
    "hospital/parked",
    f"hospital/parked/{PARKED}",
)


def _known(request: PageRequest) -> Shown:
    try:
        return REPORTS[request.data["report"]]
    except KeyError:
        raise BridgeError("HB-R002") from None


def _results(request: PageRequest, scope: Any) -> View:
    return View("results.html", {"visits": results.by_visit(scope, list(REPORTS.values()))})


def _result(request: PageRequest, _: Any) -> View:
    told = _known(request)
    rows = [(each, trend.range_bar(each), trend.number(each.value) is not None) for each in told.values]
    return View("result.html", {"shown": told, "rows": rows})


def _trend(request: PageRequest, _: Any) -> View:
    item = VALUES[1]
    over_time = [
        (AT - timedelta(days=90 * ago), replace(item, value=told, flag=flag))
        for ago, told, flag in (
            (3, "5.10", AbnormalFlag.NORMAL),
            (2, "5.66", AbnormalFlag.NORMAL),
            (1, "6.90", AbnormalFlag.HIGH),
            (0, "6.42", AbnormalFlag.HIGH),
        )
    ]
    drawn = trend.drawn(_known(request).report, item, over_time)
    return View("trend.html", {"trend": drawn, "width": trend.WIDTH, "height": trend.HEIGHT})


def _document(request: PageRequest, _: Any) -> Download:
    return Download(f"report-{request.data['number']}.pdf", "application/pdf", b"%PDF-1.4\n%%EOF")


def _version(status: ReportStatus, *values: Observation) -> Version:
    return Version(
        version_id="v",
        report_id=REPORT,
        report_no="L1",
        subject_id=SUBJECT,
        filler_id="V1",
        kind=ReportKind.LAB,
        title="生化全项",
        status=status,
        issued_at=AT,
        observed_at=AT,
        practitioner_name="林若海",
        department_name="检验科",
        observations=values,
        documents=(),
        received_at=AT,
    )


def critical_value(state: State = State.DELIVERED, **changes: Any) -> CriticalValue:
    """The critical potassium of a report."""
    told = CriticalValue(CRITICAL, REPORT, "v", SUBJECT, "index", POTASSIUM, state, AT, level=2)
    return replace(told, **changes)


OPENED = Opened(
    REPORTS[FINAL_REPORT].report,
    PERSON,
    [_version(ReportStatus.CORRECTED, *VALUES), _version(ReportStatus.FINAL, POTASSIUM)],
)


def _critical(_: PageRequest, __: Any) -> View:
    late = Waiting(critical_value(), PERSON, AT + timedelta(minutes=10))
    fresh = Waiting(critical_value(State.RAISED, level=0), replace(PERSON, name="李可"), AT + timedelta(days=900))
    data = {"waiting": [late, fresh], "held": [OPENED], "strangers": 1, "now": AT + timedelta(hours=1)}
    return View("clinic.html", data, refresh_seconds=10)


def _critical_value(request: PageRequest, _: Any) -> View:
    if request.data["critical"] != CRITICAL:
        raise BridgeError("HB-R002")
    opened = OpenedValue(critical_value(), PERSON, _version(ReportStatus.FINAL, POTASSIUM))
    data = {"opened": opened, "actions": list(Action), "differs": False, "errors": request.errors}
    return View("critical.html", data)


def _parked(_: PageRequest, __: Any) -> View:
    waiting = sorted((_parked_report(doubt) for doubt in Doubt), key=lambda each: not each.critical)
    return View("parked.html", {"parked": waiting, "urgent": sum(each.critical for each in waiting)})


def _parked_report(doubt: Doubt) -> ParkedReport:
    critical = doubt is Doubt.TWO_PATIENTS
    return ParkedReport(PARKED, "L2", Place(AT, 1, "i"), critical, doubt, ParkedState.WAITING, AT, "", 1)


def _one_parked(request: PageRequest, _: Any) -> View:
    record = PatientRecord((Identifier("MRN", "90000000042"),), "张晓三", date(1953, 4, 1), Sex.MALE)
    person = Candidate(SUBJECT, "张小三", date(1953, 4, 1), Sex.MALE, "999999195304010016", ("90000000042",))
    waiting = _parked_report(Doubt.NAME_DIFFERS)
    opened = OpenedParked(waiting, record, "生化全项", AT, "检验科", "林若海", [person])
    return View("parked_report.html", {"opened": opened, "not_found": False, "errors": request.errors})


RESULT_HANDLERS: dict[str, Callable[[PageRequest, Any], View | Go | Download]] = {
    "results": _results,
    "result": _result,
    "trend": _trend,
    "document": _document,
    "critical": _critical,
    "critical_value": _critical_value,
    "critical.acknowledge": lambda _, __: Go("critical"),
    "review": lambda _, __: View("review.html", {"opened": OPENED}),
    "review.seen": lambda _, __: Go("critical"),
    "parked": _parked,
    "parked_report": _one_parked,
    "parked.find": _one_parked,
    "parked.match": lambda _, __: Go("parked"),
    "parked.refuse": lambda _, __: Go("parked"),
}


def told_resource(request: PageRequest) -> Told:
    """What every resource of the scripted hospital answers."""
    return Told(
        {"report_id": request.data["report"], "principal": request.principal}, at="report", params={"report": REPORT}
    )
