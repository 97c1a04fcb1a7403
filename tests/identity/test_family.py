"""A guardian adds a child, a grown person lets somebody act and ends it; whatever does not fit changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from threading import Barrier

import pytest

from adapters.values import Identifier, Sex, VerifiedIdentity, WalletAccount
from hospital_bridge.identity import family
from hospital_bridge.identity.family import Child, NotVerified, Objected, Objection
from hospital_bridge.identity.id_number import check_digit
from hospital_bridge.identity.sign_in import CN_ID
from hospital_bridge.sandbox.people import id_number
from hospital_bridge.slot import ALL_RIGHTS, Binding, Relation, Right
from hospital_bridge.store.audit import AUDIT
from hospital_bridge.store.unit_of_work import Store
from tests.steered import FakeClock

MOST = 2
TODAY = date(2026, 11, 23)
GROWN_UP = date(1985, 3, 12)
BOTH = frozenset({Right.BOOK, Right.PAY})


@dataclass(frozen=True)
class Household:
    """The wallet users of one operator and what they do."""

    store: Store

    def adult(self, serial: int, born: date = GROWN_UP) -> str:
        """A wallet user whose own name is confirmed."""
        number = id_number(born, Sex.FEMALE, serial)
        identity = VerifiedIdentity(f"家长{'甲乙丙丁戊己'[serial]}", CN_ID, number, born, Sex.FEMALE, "10000000001")
        with self.store.begin("h1") as work:
            user = work.wallet_users.keep("main", WalletAccount(f"2088{serial}", "o"), "zh-CN")
            work.subjects.bind_self(user, work.subjects.keep(identity))
        return user

    def add(
        self, user: str, name: str = "王小花", born: date = date(2020, 6, 1), serial: int = 0, *, agreed: bool = True
    ) -> str:
        child = Child(name, id_number(born, Sex.FEMALE, serial), agreed)
        return family.add_child(self.store, "h1", user, child, MOST)

    def add_typed(self, user: str, number: str, name: str = "王小花") -> str:
        return family.add_child(self.store, "h1", user, Child(name, number, agreed=True), MOST)

    def invite(self, user: str, rights: frozenset[Right] = BOTH) -> str:
        return family.invite(self.store, "h1", user, rights)

    def accept(self, user: str, code: str) -> str:
        return family.accept(self.store, "h1", user, code, MOST)

    def people(self, user: str) -> list[Binding]:
        with self.store.read("h1") as work:
            return list(work.subjects.people_of(user))

    def acts(self) -> list[tuple[str, str]]:
        with self.store.read("h1") as work:
            return [(row.actor, row.action) for row in work.audit.latest()]


@pytest.fixture
def household(store: Store) -> Household:
    return Household(store)


def objection_to(act: Callable[[], object]) -> Objection:
    with pytest.raises(Objected) as refused:
        act()
    return refused.value.objection


def test_a_guardian_acts_for_the_child_with_every_right(household: Household) -> None:
    mother = household.adult(0)
    child = household.add(mother, "  王  小花 ".replace("  小", "小"))
    own, ward = household.people(mother)
    assert (own.relation, ward.relation, ward.subject_id, ward.rights) == (
        Relation.SELF,
        Relation.WARD,
        child,
        ALL_RIGHTS,
    )
    with household.store.read("h1") as work:
        identity = work.subjects.identity(child)
        assert (identity.name, identity.birth_date, identity.sex) == ("王小花", date(2020, 6, 1), Sex.FEMALE)
        assert identity.phone == "10000000001", "the guardian is rung up"
        assert work.wallet_users.consents(mother, family.GUARDIAN_TEXT_VERSION) == [family.guardian_purpose(child)]
        assert work.audit.latest()[0].action == "family.child_added"


@pytest.mark.parametrize(
    ("number", "objection"),
    [
        ("", Objection.BAD_SHAPE),
        ("1234", Objection.BAD_SHAPE),
        ("99999920200601000１", Objection.BAD_SHAPE),
        ("999999202006010000", Objection.BAD_CHECK_DIGIT),
        (id_number(date(2020, 6, 1), Sex.MALE, 0).replace("0601", "0610"), Objection.BAD_CHECK_DIGIT),
        ("99999920201301000" + check_digit("99999920201301000"), Objection.BAD_BIRTH_DATE),
        (id_number(TODAY + timedelta(days=1), Sex.MALE, 0), Objection.NOT_BORN_YET),
        (id_number(date(2012, 11, 23), Sex.MALE, 0), Objection.GROWN),
        (id_number(date(1950, 1, 1), Sex.MALE, 0), Objection.GROWN),
    ],
)
def test_each_bad_number_has_its_own_objection(household: Household, number: str, objection: Objection) -> None:
    mother = household.adult(0)
    assert objection_to(lambda: household.add_typed(mother, number)) is objection
    assert len(household.people(mother)) == 1


def test_born_today_and_the_day_before_fourteen_are_children(household: Household) -> None:
    mother = household.adult(0)
    household.add(mother, "王大花", date(2012, 11, 24))
    household.add(mother, "王小花", TODAY)
    assert len(household.people(mother)) == 3


@pytest.mark.parametrize(
    ("name", "objection"),
    [
        ("", Objection.NO_NAME),
        ("  ", Objection.NO_NAME),
        ("王小花1", Objection.BAD_NAME),
        ("<b>王</b>", Objection.BAD_NAME),
        ("王·", Objection.BAD_NAME),
    ],
)
def test_what_is_no_name(household: Household, name: str, objection: Objection) -> None:
    mother = household.adult(0)
    assert objection_to(lambda: household.add(mother, name)) is objection


@pytest.mark.parametrize("name", ["王花", "阿依古丽·买买提", "Anna-Maria O'Neil", "欧阳娜娜"])
def test_what_is_a_name(household: Household, name: str) -> None:
    household.add(household.adult(0), name)


@pytest.mark.parametrize(
    ("typed", "kept"), [(" 王 小 花", "王小花"), ("阿依古丽 · 买买提", "阿依古丽·买买提"), ("Anna  Li ", "Anna Li")]
)
def test_a_blank_between_chinese_characters_is_no_part_of_the_name(household: Household, typed: str, kept: str) -> None:
    child = household.add(household.adult(0), typed)
    with household.store.read("h1") as work:
        assert work.subjects.identity(child).name == kept


def test_without_the_agreement_nothing_is_kept(household: Household) -> None:
    mother = household.adult(0)
    assert objection_to(lambda: household.add(mother, agreed=False)) is Objection.NOT_AGREED
    with household.store.read("h1") as work:
        assert work.subjects.find(CN_ID, id_number(date(2020, 6, 1), Sex.FEMALE, 0)) is None


def test_who_is_not_of_age_is_nobodys_guardian(household: Household) -> None:
    young = household.adult(0, date(2008, 11, 24))
    assert objection_to(lambda: household.add(young)) is Objection.NOT_OF_AGE


def test_whose_own_name_is_not_confirmed_adds_invites_and_accepts_nobody(household: Household) -> None:
    with household.store.begin("h1") as work:
        stranger = work.wallet_users.keep("main", WalletAccount("2088", "o"), "zh-CN")
    code = household.invite(household.adult(0))
    acts: list[Callable[[], object]] = [
        partial(household.add, stranger),
        partial(household.invite, stranger),
        partial(household.accept, stranger, code),
    ]
    for act in acts:
        with pytest.raises(NotVerified):
            act()


def test_a_known_child_is_found_under_its_own_name_alone(household: Household) -> None:
    mother, father = household.adult(0), household.adult(1)
    child = household.add(mother)
    assert objection_to(lambda: household.add(father, "王小草")) is Objection.OTHER_NAME
    assert household.add(father) == child
    with household.store.read("h1") as work:
        assert work.subjects.identity(child).name == "王小花"
        assert work.subjects.recipients(child, Right.RESULTS) == [mother, father]


def test_a_mistyped_name_can_be_mended_while_the_child_is_nobody_elses(household: Household) -> None:
    mother = household.adult(0)
    child = household.add(mother, "王晓花")
    assert family.leave(household.store, "h1", mother, child)
    assert household.add(mother) == child
    with household.store.begin("h1") as work:
        assert work.subjects.identity(child).name == "王小花"
        work.subjects.add_identifier(child, Identifier("MRN", "100001"))
    family.leave(household.store, "h1", mother, child)
    assert objection_to(lambda: household.add(mother, "王晓花")) is Objection.OTHER_NAME


def test_nobody_is_added_twice_and_not_too_many_are(household: Household) -> None:
    mother = household.adult(0)
    household.add(mother)
    assert objection_to(lambda: household.add(mother)) is Objection.ALREADY
    household.add(mother, "王小草", serial=1)
    assert objection_to(lambda: household.add(mother, "王小树", serial=2)) is Objection.TOO_MANY
    code = household.invite(household.adult(1))
    assert objection_to(lambda: household.accept(mother, code)) is Objection.TOO_MANY
    assert household.accept(household.adult(2), code), "a refusal uses no code up"


def test_giving_a_child_up_ends_the_consent_too(household: Household) -> None:
    mother = household.adult(0)
    child = household.add(mother)
    assert family.leave(household.store, "h1", mother, child)
    assert not family.leave(household.store, "h1", mother, child)
    with household.store.read("h1") as work:
        assert work.wallet_users.consents(mother, family.GUARDIAN_TEXT_VERSION) == []
    assert not family.leave(household.store, "h1", mother, household.people(mother)[0].subject_id), "oneself stays"


def test_a_code_gives_the_rights_it_was_made_for(household: Household) -> None:
    father, daughter = household.adult(0), household.adult(1)
    code = household.invite(father)
    granted = household.accept(daughter, f" {code[:4].lower()}-{code[4:]} ")
    assert household.people(daughter)[1].rights == BOTH
    assert household.people(daughter)[1].subject_id == granted == household.people(father)[0].subject_id
    with household.store.read("h1") as work:
        (shown,) = family.representatives(work, father)
    assert (shown.wallet_user_id, shown.name, shown.rights) == (daughter, "家长乙", BOTH)
    assert household.acts()[:2] == [(daughter, "family.accepted"), (father, "family.invited")]


def test_another_code_of_the_same_person_changes_the_rights(household: Household) -> None:
    father, daughter = household.adult(0), household.adult(1)
    household.accept(daughter, household.invite(father))
    household.accept(daughter, household.invite(father, frozenset({Right.RESULTS})))
    assert [each.rights for each in household.people(daughter)[1:]] == [frozenset({Right.RESULTS})]


def test_a_code_opens_once_for_a_quarter_of_an_hour_and_only_the_newest(household: Household, clock: FakeClock) -> None:
    father, daughter, son = household.adult(0), household.adult(1), household.adult(2)
    old, used = household.invite(father), household.invite(father)
    household.accept(daughter, used)
    late = household.invite(father)
    clock.advance(timedelta(minutes=15))
    for code in (old, used, late, "", "ABCDEFGH"):
        assert objection_to(partial(household.accept, son, code)) is Objection.UNKNOWN_CODE
    assert len(household.people(son)) == 1


def test_ones_own_code_is_not_for_oneself(household: Household) -> None:
    father = household.adult(0)
    code = household.invite(father)
    assert objection_to(lambda: household.accept(father, code)) is Objection.OWN_CODE
    assert household.accept(household.adult(1), code)


def test_a_code_needs_rights_and_somebody_of_fourteen(household: Household) -> None:
    assert objection_to(lambda: household.invite(household.adult(0), frozenset())) is Objection.NO_RIGHTS
    child, teenager = household.adult(1, date(2012, 11, 24)), household.adult(2, date(2012, 11, 23))
    assert objection_to(lambda: household.invite(child)) is Objection.TOO_YOUNG
    assert household.invite(teenager)


def test_a_grant_is_withdrawn_at_once_and_by_nobody_else(household: Household) -> None:
    father, daughter, neighbour = household.adult(0), household.adult(1), household.adult(2)
    granted = household.accept(daughter, household.invite(father))
    assert not family.withdraw(household.store, "h1", neighbour, daughter)
    assert not family.withdraw(household.store, "h1", father, neighbour)
    assert not family.withdraw(household.store, "h1", father, father), "nobody withdraws from themselves"
    assert family.withdraw(household.store, "h1", father, daughter)
    assert not family.withdraw(household.store, "h1", father, daughter)
    with household.store.read("h1") as work:
        assert not any(work.subjects.may(daughter, granted, right) for right in Right)
    assert household.acts()[0] == (father, "family.withdrawn")


def test_a_child_with_a_phone_does_not_send_its_guardian_away_before_fourteen(
    household: Household, clock: FakeClock
) -> None:
    mother, child = household.adult(0), household.adult(1, date(2012, 12, 1))
    household.add(mother, "家长乙", date(2012, 12, 1), serial=1)
    assert not family.withdraw(household.store, "h1", child, mother)
    clock.advance(timedelta(days=8))
    assert family.withdraw(household.store, "h1", child, mother)


def test_of_several_who_type_one_code_at_once_one_has_it(household: Household) -> None:
    code = household.invite(household.adult(0))
    relatives, together = [household.adult(serial) for serial in range(1, 6)], Barrier(5)

    def type_it(user: str) -> str:
        together.wait()
        try:
            household.accept(user, code)
        except Objected as refused:
            return refused.objection.value
        return ""

    with ThreadPoolExecutor(len(relatives)) as phones:
        assert sorted(phones.map(type_it, relatives)) == ["", *["unknown_code"] * 4]
    assert sum(len(household.people(user)) == 2 for user in relatives) == 1


def test_phones_of_one_wallet_user_at_once_do_not_pass_the_limit(household: Household) -> None:
    mother, together = household.adult(0), Barrier(4)

    def add(serial: int) -> bool:
        together.wait()
        try:
            household.add(mother, serial=serial)
        except Objected:
            return False
        return True

    with ThreadPoolExecutor(4) as phones:
        assert sum(phones.map(add, range(4))) == MOST
    assert len(household.people(mother)) == 1 + MOST


def test_what_is_audited_names_nobody(household: Household) -> None:
    father, daughter = household.adult(0), household.adult(1)
    household.add(father)
    code = household.invite(father)
    household.accept(daughter, code)
    family.withdraw(household.store, "h1", father, daughter)
    with household.store.read("h1") as work:
        trail = repr(work.table(AUDIT).all())
    assert not any(word in trail for word in ("王小花", "家长", "999999", code))
