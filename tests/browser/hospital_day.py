"""A day of the hospital for browsers: real visits, lines and desks in the store behind the scripted pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlencode

from adapters.news import VisitRegistered
from adapters.values import Identifier, PatientRecord, Sex, VerifiedIdentity, WalletAccount
from hospital_bridge.slot import PageRequest, Relation, VerticalWork
from hospital_bridge.verticals.hospital import arrival_code
from hospital_bridge.verticals.hospital.pages import hall
from hospital_bridge.verticals.hospital.pages import visits as visit_pages
from hospital_bridge.verticals.hospital.record_numbers import MRN as RECORD_NUMBER
from hospital_bridge.verticals.hospital.store import visits
from hospital_bridge.verticals.hospital.visits import registering
from hospital_bridge.verticals.hospital.visits.visit import line_of
from queueing.commands import Act, Command
from queueing.line import DeskState
from queueing.ticket import TicketState
from tests.browser.scripted_wallet_pages import USER
from tests.web.scripted_hospital import MRN, ScriptedScope
from tests.web.site_kit import SiteKit

PAGES: Mapping[str, Callable[[PageRequest], Any]] = {
    each.name: each.handler for each in (*visit_pages.PAGES, *hall.PAGES)
}
"""Pages of the day that are not scripted: they read the real store."""

HERSELF = VerifiedIdentity("欧阳秀英", "CN_ID", "999999195604010027", date(1956, 4, 1), Sex.FEMALE, "10000000001")
CHILD = VerifiedIdentity("李小可", "CN_ID", "999999201904010023", date(2019, 4, 1), Sex.FEMALE, "10000000001")
FATHER = VerifiedIdentity("欧阳德", "CN_ID", "999999193304010012", date(1933, 4, 1), Sex.MALE, "10000000002")

SEEN = (Act.CHECK_IN, Act.CALL, Act.START)
ACTS: Mapping[TicketState, Sequence[Act]] = {
    TicketState.BOOKED: (),
    TicketState.WAITING: (Act.CHECK_IN,),
    TicketState.HELD: (Act.CHECK_IN, Act.HOLD),
    TicketState.CALLED: (Act.CHECK_IN, Act.CALL),
    TicketState.PASSED: (Act.CHECK_IN, Act.CALL, Act.PASS_OVER),
    TicketState.SERVING: SEEN,
    TicketState.AWAY: (*SEEN, Act.SEND_AWAY),
    TicketState.DONE: (*SEEN, Act.FINISH),
    TicketState.CANCELLED: (Act.CANCEL,),
    TicketState.EXPIRED: (Act.EXPIRE,),
}
"""How a ticket comes to stand in each state."""

STRANGERS = ("赵磊", "孙小芳", "周桂兰", "司马长风", "吴敏", "郑国强", "王秀兰", "冯建国", "陈小红", "褚卫东")
DOCTORS = ("陈思远", "欧阳明", "李可", "林若海", "何文静", "罗一鸣", "高远", "梁雨桐", "宋佳", "唐文", "许宁", "韩梅")


def open_day(kit: SiteKit, operator_id: str = "h1") -> HospitalDay:
    """The operator's day with real pages over its store; the hospital's tables must be there."""
    scope = kit.scopes[operator_id]
    scope.real_pages = PAGES
    return HospitalDay(scope)


@dataclass
class HospitalDay:
    """What the hospital and its staff do on the day; every line has one doctor and one desk."""

    scope: ScriptedScope
    numbers: Any = field(default_factory=lambda: count(1))

    def know_family(self) -> str:
        """The wallet user is herself and acts for a child and for her father; her subject id."""
        with self.scope.begin() as work:
            user = work.work.wallet_users.keep("alipay", WalletAccount(USER), "zh-CN")
            herself, child, father = (work.work.subjects.keep(each) for each in (HERSELF, CHILD, FATHER))
            work.work.subjects.bind(user, herself, Relation.SELF)
            work.work.subjects.bind(user, child, Relation.WARD)
            work.work.subjects.bind(user, father, Relation.GRANTED)
            work.work.subjects.add_identifier(herself, Identifier(RECORD_NUMBER, MRN))
        return herself

    def visit(
        self,
        state: TicketState,
        *,
        doctor: int = 0,
        person: VerifiedIdentity | None = None,
        minutes: int = 0,
        window: bool = False,
    ) -> str:
        """One visit of today whose ticket stands in that state; its id. Without a person, a stranger's.

        It begins `minutes` from now; who was registered at the `window` waits from then on.
        """
        number = next(self.numbers)
        with self.scope.begin() as work:
            registering.registered(work, _news(work, number, doctor, person, minutes, window=window))
            here = visits.by_filler(work, f"F{number}")
            acts = [act for act in ACTS[state] if not window or act is not Act.CHECK_IN]
            if Act.CALL in acts:
                work.lines.set_desk(here.line_id, DeskState.OPEN, "nurse")
            for act in acts:
                desk_id = here.line_id
                work.lines.act(
                    Command(act, f"{act}.{number}", "nurse", "other", ticket_id=here.ticket_id, desk_id=desk_id)
                )
        return here.visit_id

    def every_state(self) -> list[str]:
        """One visit of her own in each state, each in a line of its own; the last one was called off."""
        kept = [self.visit(state, doctor=at, person=HERSELF) for at, state in enumerate(ACTS)]
        kept.append(self.visit(TicketState.BOOKED, doctor=len(ACTS), person=HERSELF))
        with self.scope.begin() as work:
            registering.call_off(work, visits.get(work, kept[-1]))
        return kept

    def desk_of(self, doctor: int = 0) -> str:
        """The id of the desk at which that doctor's line is called."""
        return line_of("CARD", f"P{doctor:02d}")

    def code(self) -> str:
        """The query of the address in the QR code that a screen before every line shows now."""
        with self.scope.read() as work:
            return urlencode(arrival_code.show(work, visit_pages.ALL).parameters)


def _news(
    work: VerticalWork, number: int, doctor: int, person: VerifiedIdentity | None, minutes: int, *, window: bool
) -> VisitRegistered:
    starts_at = work.now + timedelta(minutes=minutes)
    name = person.name if person else STRANGERS[number % len(STRANGERS)]
    document = person.id_number if person else f"99999919700101{number:04d}"
    record = MRN if person is HERSELF else f"8000{number:04d}"
    return VisitRegistered(
        filler_id=f"F{number}",
        placer_id="",
        patient=PatientRecord((Identifier(RECORD_NUMBER, record), Identifier("CN_ID", document)), name, None, Sex.MALE),
        department_code="CARD",
        department_name="心血管内科",
        practitioner_code=f"P{doctor:02d}",
        practitioner_name=DOCTORS[doctor % len(DOCTORS)],
        place=f"门诊楼 3 层 {doctor + 1} 诊室",
        starts_at=starts_at,
        ends_at=None if window else starts_at + timedelta(minutes=20),
    )
