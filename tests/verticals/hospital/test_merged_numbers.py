"""Record numbers that the hospital merges: whatever came under any of them is one person's, until it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, permutations

import pytest
from sqlalchemy import text

from adapters.news import News, PatientUpdated, ReportStatus
from adapters.values import WalletAccount
from hospital_bridge.slot import Relation
from hospital_bridge.verticals.hospital import cards, erase_subject, looking_after
from hospital_bridge.verticals.hospital.acting import Acting
from hospital_bridge.verticals.hospital.merging import arrival as merging
from hospital_bridge.verticals.hospital.own_numbers import bound_numbers, number_of, record_of
from hospital_bridge.verticals.hospital.record_numbers import MRN, NoRecordNumber, token
from hospital_bridge.verticals.hospital.store import bills, record_merges, visits
from tests.verticals.hospital import billing
from tests.verticals.hospital.billing import BillWorld
from tests.verticals.hospital.laboratory import ANNA, BERT, GLUCOSE, bind, record, report
from tests.verticals.hospital.merged import TOLD, A, B, C, Hospital, bill, merge, unmerge, visit


def three_things(number: str, mark: str) -> Sequence[News]:
    """A bill, a visit and a report of that number, each named by the mark."""
    told = replace(report(GLUCOSE, number=number), report_no=f"R{mark}")
    return bill(number, f"B{mark}"), visit(number, f"V{mark}"), told


def test_what_came_under_either_number_is_on_the_persons_pages_together(hospital: Hospital) -> None:
    hospital.hear(*three_things(A, "1"))
    anna = hospital.person(ANNA, B)
    hospital.hear(*three_things(B, "2"))
    assert hospital.sees(anna) == "B2 R2 V2"
    hospital.hear(merge(A, B))
    assert hospital.sees(anna) == "B1 B2 R1 R2 V1 V2"
    assert hospital.numbers(anna[1]) == [B]


def test_whoever_bound_the_number_that_is_gone_goes_by_the_one_that_stays(hospital: Hospital) -> None:
    anna = hospital.person(ANNA, A)
    hospital.hear(merge(A, B), *three_things(B, "2"))
    assert hospital.sees(anna) == "B2 R2 V2"
    assert hospital.numbers(anna[1]) == [B]
    with hospital.scope.read() as work:
        assert record_of(work, anna[1], A).first(MRN) == B


def test_a_message_under_the_number_that_is_gone_finds_its_person(hospital: Hospital) -> None:
    anna = hospital.person(ANNA, B)
    hospital.hear(merge(A, B), *three_things(A, "late"))
    assert hospital.sees(anna) == "Blate Rlate Vlate"


def test_a_merge_before_anybody_is_known_here_holds_once_they_come(hospital: Hospital) -> None:
    hospital.hear(*three_things(A, "1"), merge(A, B), *three_things(B, "2"))
    anna = hospital.person(ANNA, B)
    assert hospital.sees(anna) == "B1 B2 R1 R2 V1 V2"


def test_a_merge_of_numbers_that_nobody_has_harms_nobody(hospital: Hospital) -> None:
    anna = hospital.person(ANNA, C)
    hospital.hear(merge(A, B), *three_things(A, "1"), *three_things(C, "3"))
    assert hospital.sees(anna) == "B3 R3 V3"


def test_a_chain_of_merges_ends_at_its_last_number_in_whatever_order_it_is_told(hospital: Hospital) -> None:
    chains = [("1", "2", "3"), ("4", "5", "6")]
    chain = [(0, 1, 0), (1, 2, 1)]
    for names, order in zip(chains, permutations(chain), strict=True):
        numbers = [f"20000{name}" for name in names]
        hospital.hear(*three_things(numbers[0], names[0]))
        hospital.hear(*(merge(numbers[old], numbers[new], minute=minute) for old, new, minute in order))
    anna, bert = hospital.person(ANNA, "200003"), hospital.person(BERT, "200005")
    assert hospital.sees(anna) == "B1 R1 V1"
    assert hospital.numbers(bert[1]) == ["200006"]


def test_of_two_merges_that_cross_the_later_one_holds(hospital: Hospital) -> None:
    anna = hospital.person(ANNA, A)
    hospital.hear(merge(B, A, minute=1), merge(A, B, minute=0), *three_things(B, "2"))
    assert hospital.numbers(anna[1]) == [A]
    assert hospital.sees(anna) == "B2 R2 V2"


def test_the_same_merge_again_changes_nothing_and_leaves_one_trace(hospital: Hospital) -> None:
    anna = hospital.person(ANNA, B)
    hospital.hear(*three_things(A, "1"), merge(A, B))
    before = hospital.trail()
    hospital.hear(merge(A, B), merge(A, B))
    assert hospital.trail() == before
    assert hospital.trail("record.merge") == ["record.merge"]
    assert hospital.sees(anna) == "B1 R1 V1"


def test_an_unmerge_gives_back_what_the_merge_brought_and_nothing_that_came_to_the_survivor(hospital: Hospital) -> None:
    hospital.hear(*three_things(A, "1"))
    anna = hospital.person(ANNA, B)
    hospital.hear(*three_things(B, "2"), merge(A, B), *three_things(B, "3"), *three_things(A, "4"), unmerge(A, B))
    assert hospital.sees(anna) == "B2 B3 R2 R3 V2 V3"
    assert sorted(hospital.waiting()) == ["R1", "R4"]
    twin = replace(BERT, name=ANNA.name)
    assert hospital.sees(hospital.person(twin, A)) == "B1 B4 R1 R4 V1 V4"
    assert hospital.sees(anna) == "B2 B3 R2 R3 V2 V3"


def test_who_had_bound_the_number_has_it_again_after_the_unmerge(hospital: Hospital) -> None:
    anna = hospital.person(ANNA, A)
    hospital.hear(*three_things(A, "1"), merge(A, B), *three_things(B, "2"), unmerge(A, B), *three_things(A, "3"))
    assert hospital.numbers(anna[1]) == [A]
    assert hospital.sees(anna) == "B1 B3 R1 R3 V1 V3"


def test_an_unmerge_that_is_heard_before_its_merge_holds(hospital: Hospital) -> None:
    anna = hospital.person(ANNA, B)
    hospital.hear(unmerge(A, B, minute=5), merge(A, B, minute=0), *three_things(A, "1"))
    assert hospital.sees(anna) == ""


def test_merged_again_after_an_unmerge_it_is_theirs_again(hospital: Hospital) -> None:
    anna = hospital.person(ANNA, B)
    hospital.hear(*three_things(A, "1"), merge(A, B), unmerge(A, B, minute=1), merge(A, B, minute=2))
    assert hospital.sees(anna) == "B1 R1 V1"


def test_undoing_one_link_of_a_chain_leaves_the_other(hospital: Hospital) -> None:
    anna = hospital.person(ANNA, C)
    hospital.hear(*three_things(A, "1"), *three_things(B, "2"), merge(A, B), merge(B, C, minute=1))
    assert hospital.sees(anna) == "B1 B2 R1 R2 V1 V2"
    hospital.hear(unmerge(A, C))
    assert hospital.sees(anna) == "B2 R2 V2"
    hospital.hear(unmerge(B, C, minute=6))
    assert hospital.sees(anna) == ""


def test_two_people_who_bound_the_two_numbers_see_nothing_of_each_other(hospital: Hospital) -> None:
    anna, bert = hospital.person(ANNA, A), hospital.person(BERT, B)
    hospital.hear(*three_things(A, "1"), replace(report(GLUCOSE), report_no="R2", patient=record(B, BERT.name)))
    hospital.hear(merge(A, B), replace(report(GLUCOSE), report_no="R3", patient=record(B, BERT.name)))
    assert hospital.sees(anna) == "B1 R1 V1"
    assert hospital.sees(bert) == "R2"
    assert hospital.waiting() == ["R3"]
    assert hospital.numbers(bert[1]) == [B]
    with hospital.scope.read() as work, pytest.raises(NoRecordNumber):
        number_of(work, anna[1])
    hospital.hear(bill(B, "B4"))
    assert [finding.said for finding in looking_after.doctor(hospital.scope)] == [{"count": 1}]
    hospital.hear(unmerge(A, B))
    assert hospital.numbers(anna[1]) == [A]
    assert (hospital.sees(anna), hospital.sees(bert), hospital.waiting()) == ("B1 R1 V1", "B4 R2 R3", [])
    assert [finding.remedy for finding in looking_after.doctor(hospital.scope)] == [""]


def test_whoever_gives_the_number_up_makes_room_for_the_other(hospital: Hospital) -> None:
    anna, bert = hospital.person(ANNA, A), hospital.person(BERT, B)
    told = replace(report(GLUCOSE), report_no="R3", patient=record(B, BERT.name))
    hospital.hear(three_things(A, "1")[0], merge(A, B), told, bill(B, "B4"))
    assert hospital.sees(bert) == ""
    with hospital.scope.read() as work:
        assert [own.is_unclear for own in bound_numbers(work, anna[1])] == [True]
    assert cards.unbind(hospital.scope, Acting(*anna), token(anna[1], A))
    hospital.work()
    assert (hospital.sees(anna), hospital.sees(bert)) == ("B1", "B4 R3")


def test_two_wallet_users_who_act_for_one_person_go_on_acting_for_them(hospital: Hospital) -> None:
    mother = hospital.person(ANNA, A)
    with hospital.scope.money.store.begin("h1") as work:
        father = work.wallet_users.keep("main", WalletAccount("2088father", "o"), "zh-CN")
        work.subjects.bind(father, mother[1], Relation.GRANTED)
    bind(hospital.scope, mother[1], B)
    hospital.hear(merge(A, B), *three_things(A, "1"))
    assert hospital.sees(mother) == hospital.sees((father, mother[1])) == "B1 R1 V1"
    assert hospital.numbers(mother[1]) == [B]


def test_linked_numbers_stay_in_use_and_are_one_persons(hospital: Hospital) -> None:
    anna = hospital.person(ANNA, A)
    hospital.hear(merge(B, A, in_use=True), *three_things(B, "2"))
    assert hospital.sees(anna) == "B2 R2 V2"
    hospital.hear(unmerge(B, A))
    assert hospital.sees(anna) == ""


def test_a_bill_that_is_told_anew_under_the_number_that_stays_is_the_same_bill(hospital: Hospital) -> None:
    anna = hospital.person(ANNA, A)
    hospital.hear(bill(A, "B1"), merge(A, B), bill(B, "B1", minute=1))
    with hospital.scope.read() as work:
        (mine,) = bills.open_to(work, [anna[1]])
    assert (mine.bill_no, mine.mrn) == ("B1", B)
    hospital.hear(unmerge(A, B))
    assert hospital.sees(anna) == ""


def test_a_corrected_report_of_the_survivor_stays_after_the_unmerge(hospital: Hospital) -> None:
    first = replace(report(GLUCOSE, number=A), report_no="R1")
    corrected = replace(report(GLUCOSE, number=B, after=10), report_no="R1", status=ReportStatus.CORRECTED)
    anna = hospital.person(ANNA, B)
    hospital.hear(first, merge(A, B), corrected, unmerge(A, B))
    assert hospital.sees(anna) == "R1"


def test_a_name_that_the_hospital_corrects_is_on_the_visits_of_who_is_not_bound_here(hospital: Hospital) -> None:
    told_at = TOLD + timedelta(minutes=1)
    hospital.hear(visit(A, "V1"), replace(visit(A, "V2"), told_at=told_at + timedelta(minutes=1)), merge(A, B))
    anna = hospital.person(ANNA, C)
    hospital.hear(visit(C, "V3"))
    for number in (B, C):
        hospital.hear(PatientUpdated(record(number, "测试新名"), told_at))
    with hospital.scope.read() as work:
        names = [visits.by_filler(work, f"V{number}").name for number in (1, 2, 3)]
    assert names == ["测试新名", ANNA.name, ANNA.name]
    assert hospital.sees(anna) == "V3"


def test_a_birth_date_that_the_hospital_deletes_is_gone_and_one_that_it_leaves_out_stays(hospital: Hospital) -> None:
    told_at = TOLD + timedelta(minutes=1)
    nobodys = replace(record(A, "测试新名"), birth_date=None)
    hospital.hear(visit(A, "V1"), PatientUpdated(nobodys, told_at))
    with hospital.scope.read() as work:
        assert visits.by_filler(work, "V1").birth_date == record(A, "测试新名").birth_date
    hospital.hear(PatientUpdated(nobodys, told_at, birth_date_cleared=True))
    with hospital.scope.read() as work:
        assert visits.by_filler(work, "V1").birth_date is None


def test_merges_that_are_heard_at_once_miss_nothing_of_each_other(hospital: Hospital) -> None:
    numbers = [f"30000{number}" for number in range(6)]
    merges = [merge(old, new, minute=minute) for minute, (old, new) in enumerate(pairwise(numbers))]
    with ThreadPoolExecutor(len(merges)) as at_once:
        list(at_once.map(hospital.tell, merges))
    with hospital.scope.read() as work:
        found = {record_merges.of_number(work, number).current for number in numbers}
    assert found == {numbers[-1]}


def test_whoever_shows_an_old_card_at_the_kiosk_finds_their_visits(hospital: Hospital) -> None:
    hospital.hear(visit(B, "V2"), merge(A, B), visit(A, "V1"))
    day = (TOLD - timedelta(days=1), TOLD + timedelta(days=1))
    with hospital.scope.read() as work:
        shown = {number: [each.filler_id for each in visits.by_number(work, number, *day)] for number in (A, B, C)}
    assert shown == {A: ["V2", "V1"], B: ["V2", "V1"], C: []}


def test_of_a_person_who_is_forgotten_no_merge_is_kept(hospital: Hospital) -> None:
    _, subject = hospital.person(ANNA, B)
    hospital.hear(merge(A, B), merge(B, C, minute=1), *three_things(A, "1"), merge("700001", "700002"))
    with hospital.scope.begin() as work:
        erase_subject(work, subject)
        left = {number: len(record_merges.of_number(work, number).numbers) for number in (A, B, C, "700001")}
    assert left == {A: 1, B: 1, C: 1, "700001": 2}


def test_a_bill_that_is_being_paid_is_booked_under_the_number_in_use_and_the_ledger_stays(world: BillWorld) -> None:
    payment = world.opened(world.issue())
    with world.store.read("h1") as work:
        before = [posting.posting_id for posting in work.ledger.all()]
    with world.scope.begin() as work:
        merging.merged(work, merge(billing.RECORD, billing.OTHER_RECORD))
    world.confirm(payment)
    world.work()
    assert [each.patient.first(MRN) for each in world.cashier.book] == [billing.OTHER_RECORD]
    with world.scope.begin() as work:
        merging.unmerged(work, unmerge(billing.RECORD, billing.OTHER_RECORD))
    with world.store.read("h1") as work:
        after = [posting.posting_id for posting in work.ledger.all()]
    assert after[: len(before)] == before
    world.must_be_sound()


def test_a_bill_for_which_money_moved_stays_with_its_payer_after_an_unmerge(world: BillWorld) -> None:
    with world.scope.begin() as work:
        merging.merged(work, merge(billing.OTHER_RECORD, billing.RECORD))
    world.settled(world.issue("B1", mrn=billing.OTHER_RECORD))
    world.issue("B2", mrn=billing.OTHER_RECORD)
    with world.scope.begin() as work:
        merging.unmerged(work, unmerge(billing.OTHER_RECORD, billing.RECORD))
    assert [world.bill(number).subject_id for number in ("B1", "B2")] == [world.subject, ""]
    world.must_be_sound()


def test_the_numbers_stand_nowhere_open(hospital: Hospital) -> None:
    hospital.person(ANNA, B)
    hospital.hear(*three_things(A, "1"), merge(A, B), unmerge(A, B))
    with hospital.database.owner.connect() as connection:
        rows = [
            repr(row)
            for table in ("hospital_record_word", "hospital_record_number", "job", "audit", "hospital_report_version")
            for row in connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - our own names
        ]
    assert len(rows) > 6
    assert [row for row in rows if A in row or B in row or A.encode().hex() in row] == []
