"""What the hospital sends of its own accord reaches the bridge once, whatever its sender does on the way."""

from __future__ import annotations

from contextlib import closing

import pytest

from adapters.hl7.message import Message
from hospital_bridge.sandbox.hospital.courier import Mishap
from hospital_bridge.sandbox.hospital.examinations import BLOOD_COUNT, POTASSIUM
from hospital_bridge.sandbox.stage import Stage
from tests.journeys.engineer import reading


@pytest.mark.parametrize("mishap", Mishap)
def test_a_notice_is_kept_once_however_it_comes(stage: Stage, mishap: Mishap) -> None:
    staff = stage.town.hospital.staff
    visit = staff.register("100006", "D01011")
    bill = staff.order("100006", visit.number, "D01011", (BLOOD_COUNT, POTASSIUM))
    report = staff.preliminary("100006", visit.number, "D01011", POTASSIUM, {"K": "4.1"})
    notices = (visit, bill, report, staff.finalise(report.number))
    with closing(stage.courier) as courier:
        answers = courier.send(*notices, mishap=mishap)
    assert set(answers) <= {"AA", "CA"}
    ours = [Message.parse(notice.raw).control_id for notice in notices]
    with reading(stage) as work:
        kept = [row.control_id for row in work.inbox.latest(1000) if row.control_id in ours]
    assert sorted(kept) == sorted(ours)
