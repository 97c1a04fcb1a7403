"""One phone for several people: who may do what for whom, who pays, and that a right ends when it is withdrawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from adapters.values import Sex
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.people import Person
from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY
from hospital_bridge.subject_rights import erase_subject, export_subject
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge, registration_id
from tests.journeys.test_changed_hands import hand_over

BORN = date(2018, 5, 4)


def a_child(steered: SteeredBridge) -> Person:
    """A child without a wallet whom the hospital has never seen."""
    other = steered.newcomers.person()
    serial = int(other.phone[-3:]) % 500
    return Person("周小花", Sex.FEMALE, BORN, people.id_number(BORN, Sex.FEMALE, serial), "")


def subject_of(steered: SteeredBridge, person: Person) -> str:
    with steered.bridge.store.read(OPERATOR) as work:
        found = work.subjects.find("CN_ID", person.id_number)
    assert found is not None
    return found


def others_of(phone: Phone) -> list[str]:
    """The subject ids of those whom the phone's owner could remove from the list."""
    return [form.fields["subject"] for form in phone.family().forms if form.action.endswith("/leave")]


def parent(steered: SteeredBridge, child: Person) -> Phone:
    """A ready phone whose pages are about the owner's child, which has a card."""
    phone = steered.newcomers.ready_phone()
    phone.add_child(child.name, child.id_number)
    phone.bind_card()
    return phone


def relatives(steered: SteeredBridge, *rights: str) -> tuple[Phone, Phone]:
    """A person with a card, and a relative's phone whose pages are about that person."""
    own, other = steered.newcomers.ready_phone(), steered.newcomers.ready_phone()
    other.accept(own.invite(*rights).marks["code"])
    return own, other


def test_a_mother_books_and_pays_for_her_child(steered: SteeredBridge) -> None:
    child = a_child(steered)
    mother = parent(steered, child)
    page = mother.wait_for(mother.pay(mother.book(OPHTHALMOLOGY)), "done")

    trade = steered.trade_of(page)
    assert trade is not None
    assert trade.buyer is not None
    assert trade.buyer.user_id == mother.person.user_id
    appointment = steered.town.hospital.diary.by_placer(registration_id(page))
    assert appointment is not None
    assert steered.town.hospital.patients.get(appointment.mrn).id_number == child.id_number
    assert "您还没有挂号记录。" not in mother.page("registrations").words
    mother.act_for(0)
    assert "您还没有挂号记录。" in mother.page("registrations").words
    assert mother.look(page).status == 200, "a message about the child leads here whoever is chosen"


def test_two_phones_of_a_family_have_one_choice_each(steered: SteeredBridge) -> None:
    child = a_child(steered)
    mother, father = parent(steered, child), steered.newcomers.ready_phone()
    father.add_child(child.name, child.id_number)
    assert "周*花" in father.page("cards").words
    assert "使用中" in father.page("cards").words, "the child's number is bound once, for whoever acts for it"
    father.act_for(0)
    assert "周*花" not in father.page("cards").words
    assert "周*花" in mother.page("cards").words


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("12345", "身份证号应为 18 位"),
        ("999999201805040000", "身份证号有误"),
        (people.id_number(date(1990, 5, 4), Sex.MALE, 1), "年满 14 周岁须由本人授权"),
    ],
)
def test_a_bad_number_is_said_and_what_was_typed_stays(steered: SteeredBridge, number: str, sentence: str) -> None:
    phone = steered.newcomers.ready_phone()
    answer = phone.add_child("王小花", number)
    assert answer.status == 422
    assert sentence in answer.words
    assert answer.form("/child").fields["name"] == "王小花"
    assert answer.form("/child").fields["id_number"] == number
    assert phone.fill(answer, answer.form("/child"), id_number=people.id_number(BORN, Sex.MALE, 77)).status == 422


def test_a_child_under_another_name_at_the_hospital_gets_no_number(steered: SteeredBridge) -> None:
    known = steered.newcomers.known()
    child = Person("李小花", known.sex, BORN, people.id_number(BORN, Sex.FEMALE, 401), "")
    hospital = steered.town.hospital.patients
    record = hospital.find("CN_ID", known.id_number)[0]
    hospital.take_in(type(record)("7999901", "李晓花", child.sex, BORN, "CN_ID", child.id_number, ""))
    phone = steered.newcomers.ready_phone()
    phone.add_child(child.name, child.id_number)
    page = phone.page("cards")
    assert "请到窗口核对" in page.words
    assert not [form for form in page.forms if "/cards/" in form.action]


RIGHTS = ("book", "pay", "results")
PAGES = {"cards": {"book"}, "registrations": {"book", "pay"}, "cards/wait": {"book"}}


@pytest.mark.parametrize("granted", [(), ("book",), ("pay",), ("results",), ("book", "pay"), RIGHTS])
def test_whoever_lacks_a_right_reads_as_if_nothing_were_there(steered: SteeredBridge, granted: tuple[str, ...]) -> None:
    if granted:
        own, other = relatives(steered, *granted)
    else:
        own, other = steered.newcomers.ready_phone(), steered.newcomers.ready_phone()
    page = own.wait_for(own.pay(own.book(OPHTHALMOLOGY)), "done")

    rights = set(granted)
    assert (other.open(page.address).status == 200) is bool(rights & {"book", "pay"})
    if granted:
        for path, needed in PAGES.items():
            assert (other.page(path).status == 200) is bool(rights & needed), path
    can_cancel = [form for form in other.open(page.address).forms if form.action.endswith("/cancel")]
    assert bool(can_cancel) is ("book" in rights)
    stolen = other.press(own.look(page), "/cancel")
    assert stolen.status in (403, 404), "a form of another phone is no way in"
    assert steered.is_booked(page)
    own.cancel(page)
    own.wait_for(page, "refunded")


def test_who_may_register_and_not_pay_leaves_the_payment_to_the_patient(steered: SteeredBridge) -> None:
    own, other = relatives(steered, "book")
    booked = other.book(OPHTHALMOLOGY)
    waiting = other.wait(booked, lambda page: page.marks.get("situation") != "opening")
    assert "由家人在另一部手机的钱包中付款" in waiting.words
    assert not [link for link in waiting.links if "cashier" in link.address]
    page = own.wait_for(own.pay(own.open(booked.address)), "done")
    trade = steered.trade_of(page)
    assert trade is not None
    assert trade.buyer is not None
    assert trade.buyer.user_id == own.person.user_id


def test_a_withdrawn_right_ends_at_the_next_look(steered: SteeredBridge) -> None:
    own, other = relatives(steered, *RIGHTS)
    page = other.wait_for(other.pay(other.book(OPHTHALMOLOGY)), "done")
    shown = other.look(page)
    own.withdraw()
    assert other.press(shown, "/cancel").status == 404
    gone = other.look(page)
    assert (gone.status, "这里没有您可以查看的内容" in gone.words) == (404, True)
    assert "号源" not in gone.words, "who looks at a visit asked for no place to book"
    assert f"就诊人：{other.person.name[0]}" in other.page("").words
    assert steered.is_booked(page)
    assert own.look(page).status == 200
    assert "目前没有人为您代办" in own.family("/for-me").words


def test_a_code_is_used_up_and_wrong_ones_are_counted(steered: SteeredBridge) -> None:
    own, other = relatives(steered, "pay")
    third = steered.newcomers.ready_phone()
    code = own.invite("pay").marks["code"]
    assert other.accept(code).status == 200
    assert third.accept(code).status == 422
    answers = [third.accept("ABCDEFGH").status for _ in range(10)]
    assert answers == [422] * 9 + [429]
    fresh = own.invite("pay").marks["code"]
    assert third.accept(fresh).status == 429, "also the right one, until the quarter of an hour is over"


def test_a_guardian_stands_aside_on_the_fourteenth_birthday(steered: SteeredBridge) -> None:
    today = steered.clock.now().date()
    born = (today + timedelta(days=2)).replace(year=today.year - 14)
    child = Person("孙小花", Sex.FEMALE, born, people.id_number(born, Sex.FEMALE, 402), "")
    mother = parent(steered, child)
    page = mother.wait_for(mother.book("0901"), "free")
    mother.cancel(page)
    steered.pass_time(timedelta(days=3), timedelta(hours=1))
    mother.sign_in()
    assert mother.open(page.address).status == 404
    assert "孩子已满 14 周岁" in mother.family().words


def test_a_wallet_that_changes_hands_acts_for_nobody_of_its_first_owner(steered: SteeredBridge) -> None:
    child = a_child(steered)
    old = parent(steered, child)
    page = old.wait_for(old.book("0901"), "free")
    new = hand_over(steered, old.person.user_id, to=steered.newcomers.known())
    assert child.name not in new.family().words
    assert not others_of(new)
    for phone in (old, new):
        assert phone.open(page.address).status == 404


def test_an_export_tells_of_relatives_without_naming_them(steered: SteeredBridge) -> None:
    own, other = relatives(steered, "book", "pay")
    told = export_subject(steered.bridge, OPERATOR, subject_of(steered, own.person), "test")
    assert [(each["relation"], each["rights"]) for each in told["acted_for_by"]] == [("granted", ["book", "pay"])]
    assert len(told["wallet_users"]) == 1
    assert other.person.user_id not in repr(told)
    told = export_subject(steered.bridge, OPERATOR, subject_of(steered, other.person), "test")
    assert [each["relation"] for each in told["acts_for"]] == ["granted"]


def test_an_erased_relative_is_gone_from_the_list_and_the_other_stays(steered: SteeredBridge) -> None:
    own, other = relatives(steered, "book")
    erase_subject(steered.bridge, OPERATOR, subject_of(steered, own.person), "test")
    assert not others_of(other)
    assert f"就诊人：{other.person.name[0]}" in other.page("").words
    assert "钱包" in own.page("registrations").words, "whose person is erased is signed out"


def test_an_erased_guardian_leaves_the_child_to_nobody(steered: SteeredBridge) -> None:
    child = a_child(steered)
    mother = parent(steered, child)
    erase_subject(steered.bridge, OPERATOR, subject_of(steered, mother.person), "test")
    with steered.bridge.store.read(OPERATOR) as work:
        assert work.subjects.users_of(subject_of(steered, child)) == []
