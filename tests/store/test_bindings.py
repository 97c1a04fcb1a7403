"""Who may act for whom: oneself always, a guardian until the child is fourteen, others as far as they were granted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from sqlalchemy import text

from adapters.values import Sex, VerifiedIdentity, WalletAccount
from hospital_bridge.identity.age import birthday
from hospital_bridge.slot import ALL_RIGHTS, Relation, Right
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.migrations.runner import CORE_VERSION_TABLE, HERE, alembic_config, migrate
from hospital_bridge.store.tables import core_metadata
from hospital_bridge.store.unit_of_work import Store, Work
from tests.steered import FakeClock

SHANGHAI = ZoneInfo("Asia/Shanghai")
FROM_BEFORE = (
    "INSERT INTO operator VALUES ('h1', 'Hospital', 'Asia/Shanghai', '2026-01-01T00:00:00.000000Z')",
    "INSERT INTO wallet_user VALUES ('h1', 'w', 'main', 'i', x'00', 'zh-CN', '2026-01-01T00:00:00.000000Z')",
    (
        "INSERT INTO subject (operator_id, subject_id, id_type, id_number_index, id_number, name, birth_date, sex, "
        "phone, verified_at) "
        "VALUES ('h1', 's', 'CN_ID', 'i', x'00', x'00', x'00', x'00', x'00', '2026-01-01T00:00:00.000000Z')"
    ),
    (
        "INSERT INTO binding (operator_id, binding_id, wallet_user_id, subject_id, relation, live, created_at) "
        "VALUES ('h1', 'b', 'w', 's', 'self', 1, '2026-01-01T00:00:00.000000Z')"
    ),
)
FOURTEENTH = datetime(2026, 3, 15, tzinfo=SHANGHAI)


def user(work: Work, number: int) -> str:
    return work.wallet_users.keep("main", WalletAccount(f"2088{number}", "o"), "zh-CN")


def person(work: Work, number: int, born: date = date(1985, 3, 12)) -> str:
    identity = VerifiedIdentity(f"测试{number}", "CN_ID", f"id-{number}", born, Sex.FEMALE, "10000000001")
    return work.subjects.keep(identity)


def to_midnight(clock: FakeClock, midnight: datetime) -> None:
    clock.advance(midnight - clock.now())


@pytest.mark.parametrize(
    ("born", "fourteenth"),
    [
        (date(2012, 3, 15), datetime(2026, 3, 15, tzinfo=SHANGHAI)),
        (date(2012, 2, 29), datetime(2026, 2, 28, tzinfo=SHANGHAI)),
        (date(2016, 2, 29), datetime(2030, 2, 28, tzinfo=SHANGHAI)),
    ],
)
def test_a_guardian_acts_until_the_child_is_fourteen_on_the_operators_calendar(
    store: Store, clock: FakeClock, born: date, fourteenth: datetime
) -> None:
    with store.begin("h1") as work:
        mother, child = user(work, 1), person(work, 2, born)
        work.subjects.bind(mother, child, Relation.WARD)
    for at, rights in ((fourteenth - timedelta(microseconds=1), ALL_RIGHTS), (fourteenth, frozenset())):
        to_midnight(clock, at)
        with store.read("h1") as work:
            assert [each.rights for each in work.subjects.people_of(mother)] == [rights]
            assert work.subjects.may(mother, child, Right.RESULTS) is bool(rights)
            assert work.subjects.recipients(child, Right.BOOK) == ([mother] if rights else [])
            assert work.subjects.bound_to(mother) == ([child] if rights else [])


def test_a_child_of_another_zone_has_its_birthday_there(store: Store, clock: FakeClock) -> None:
    with store.begin("h1") as work:
        work.operators.register("Hospital", "America/New_York")
        mother, child = user(work, 1), person(work, 2, date(2012, 3, 15))
        work.subjects.bind(mother, child, Relation.WARD)
    to_midnight(clock, FOURTEENTH)
    with store.read("h1") as work:
        assert work.subjects.may(mother, child, Right.PAY)


def test_what_is_granted_is_what_may_be_done(store: Store) -> None:
    with store.begin("h1") as work:
        daughter, father = user(work, 1), person(work, 2)
        work.subjects.bind(daughter, father, Relation.GRANTED, [Right.BOOK])
        assert [right for right in Right if work.subjects.may(daughter, father, right)] == [Right.BOOK]
        work.subjects.bind(daughter, father, Relation.GRANTED, [Right.PAY, Right.RESULTS])
        assert [right for right in Right if work.subjects.may(daughter, father, right)] == [Right.PAY, Right.RESULTS]
        assert work.subjects.unbind(daughter, father)
        assert not work.subjects.unbind(daughter, father)
        assert not any(work.subjects.may(daughter, father, right) for right in Right)


def test_messages_go_to_the_person_first_and_to_whom_the_right_was_given(store: Store, clock: FakeClock) -> None:
    with store.begin("h1") as work:
        patient = person(work, 1)
        daughter, son, own = user(work, 2), user(work, 3), user(work, 1)
        work.subjects.bind(daughter, patient, Relation.GRANTED, [Right.RESULTS])
    clock.advance(timedelta(seconds=1))
    with store.begin("h1") as work:
        work.subjects.bind(son, patient, Relation.GRANTED, [Right.BOOK])
        work.subjects.bind(own, patient, Relation.SELF)
        assert work.subjects.recipients(patient, Right.RESULTS) == [own, daughter]
        assert work.subjects.recipients(patient, Right.BOOK) == [own, son]
        assert work.subjects.users_of(patient) == [own, daughter, son]


def test_oneself_comes_first_and_nobody_takes_that_away(store: Store, clock: FakeClock) -> None:
    with store.begin("h1") as work:
        mother, child, herself = user(work, 1), person(work, 2, date(2020, 1, 1)), person(work, 1)
        work.subjects.bind(mother, child, Relation.WARD)
    clock.advance(timedelta(seconds=1))
    with store.begin("h1") as work:
        work.subjects.bind(mother, herself, Relation.SELF)
        work.subjects.bind(mother, herself, Relation.GRANTED, [Right.PAY])
        assert [(each.relation, each.rights) for each in work.subjects.people_of(mother)] == [
            (Relation.SELF, ALL_RIGHTS),
            (Relation.WARD, ALL_RIGHTS),
        ]


def test_a_wallet_that_changes_hands_acts_for_nobody_of_before(store: Store) -> None:
    with store.begin("h1") as work:
        wallet, first, child, father = (
            user(work, 1),
            person(work, 1),
            person(work, 2, date(2020, 1, 1)),
            person(work, 3),
        )
        assert not work.subjects.bind_self(wallet, first)
        work.subjects.bind(wallet, child, Relation.WARD)
        work.subjects.bind(wallet, father, Relation.GRANTED, [Right.PAY])
        assert not work.subjects.bind_self(wallet, first), "the same person again changes nothing"
        assert work.subjects.bound_to(wallet) == [first, child, father]
        second = person(work, 4)
        assert work.subjects.bind_self(wallet, second)
        assert work.subjects.bound_to(wallet) == [second]


def test_whoever_comes_with_a_wallet_of_their_own_is_themselves(store: Store) -> None:
    with store.begin("h1") as work:
        wallet, child = user(work, 1), person(work, 1, date(2020, 1, 1))
        work.subjects.bind(wallet, child, Relation.WARD)
        assert not work.subjects.bind_self(wallet, child)
        assert [each.relation for each in work.subjects.people_of(wallet)] == [Relation.SELF]


def test_another_operator_knows_nothing_of_them(store: Store) -> None:
    with store.begin("h1") as work:
        mother, child = user(work, 1), person(work, 2, date(2020, 1, 1))
        work.subjects.bind(mother, child, Relation.WARD)
    with store.read("h2") as work:
        assert work.subjects.people_of(mother) == []
        assert not work.subjects.may(mother, child, Right.BOOK)


def test_the_birthday_of_who_was_born_on_the_last_of_february() -> None:
    assert [birthday(date(2008, 2, 29), years) for years in (4, 14, 18)] == [
        date(2012, 2, 29),
        date(2022, 2, 28),
        date(2026, 2, 28),
    ]


def test_who_was_bound_before_rights_were_kept_has_all_of_them(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/old.db")
    with engine.begin() as connection:
        config = alembic_config(connection, CORE_VERSION_TABLE, HERE / "versions", core_metadata())
        command.upgrade(config, "0023")
        for statement in FROM_BEFORE:
            connection.execute(text(statement))
    migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT relation, rights FROM binding")).one() == ("self", "book pay results")
    engine.dispose()
