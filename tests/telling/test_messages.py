"""Messages to people: said once, into an inbox at once, legible to their recipient alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.values import WalletAccount
from hospital_bridge.slot import Notice
from hospital_bridge.store.messages import KEPT, MESSAGE, ToldMessage, forget_old_messages
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.telling.messages import MessagesFacade, Teller
from notifications.catalogue import Entry, UnknownNotice
from notifications.message import Kind, ParametersRefused, Template, Value
from tests.steered import FakeClock

SOON = Notice(
    Entry("ticket.near", "holder", Template("near", {"ahead": Kind.COUNT, "room": Kind.LABEL, "at": Kind.INSTANT})),
    "%(ahead)s ahead of you at %(room)s, about %(at)s",
)
TELLER = Teller.of("rides", [SOON])
AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
SAID: dict[str, Value] = {"ahead": 3, "room": "3 号诊室", "at": AT}


def user(work: Work, number: int = 1) -> str:
    return work.wallet_users.keep("main", WalletAccount(f"2088{number}"), "zh-CN")


def tell(work: Work, wallet_user_id: str, key: str = "near.t1", teller: Teller = TELLER, **more: bool) -> bool:
    facade = MessagesFacade(teller, work)
    return facade.tell("ticket.near", "holder", wallet_user_id, SAID, dedupe_key=key, about="t1", **more)


def inbox(store: Store, wallet_user_id: str, operator_id: str = "h1") -> list[ToldMessage]:
    with store.read(operator_id) as work:
        return list(work.messages.inbox(wallet_user_id))


def test_a_message_stands_in_the_inbox_with_what_it_says(store: Store) -> None:
    with store.begin("h1") as work:
        holder = user(work)
        assert tell(work, holder, urgent=True)
    [message] = inbox(store, holder)
    assert message.parameters == SAID
    assert (message.vertical, message.event, message.audience, message.about) == (
        "rides",
        "ticket.near",
        "holder",
        "t1",
    )
    assert message.urgent
    assert message.read_at is None


def test_what_is_said_twice_under_one_key_is_said_once(store: Store) -> None:
    with store.begin("h1") as work:
        holder = user(work)
        tell(work, holder)
    with store.begin("h1") as work:
        assert not tell(work, holder)
    assert len(inbox(store, holder)) == 1


def test_one_key_tells_each_recipient_and_each_verticals_own_once(store: Store) -> None:
    with store.begin("h1") as work:
        mother, father = user(work, 1), user(work, 2)
        assert tell(work, mother)
        assert tell(work, father)
        assert tell(work, father, teller=Teller.of("transit", [SOON]))
    assert [len(inbox(store, each)) for each in (mother, father)] == [1, 2]


def test_another_operator_neither_reads_nor_blocks_it(store: Store) -> None:
    with store.begin("h1") as work:
        holder = user(work)
        tell(work, holder)
    with store.begin("h2") as work:
        assert tell(work, user(work))
    assert inbox(store, holder, "h2") == []


def test_only_what_was_declared_is_said(store: Store) -> None:
    with store.begin("h1") as work:
        facade, holder = MessagesFacade(TELLER, work), user(work)
        with pytest.raises(UnknownNotice):
            facade.tell("ticket.near", "press", holder, SAID, dedupe_key="k")
        with pytest.raises(ParametersRefused):
            facade.tell("ticket.near", "holder", holder, {**SAID, "diagnosis": "x"}, dedupe_key="k")
        with pytest.raises(UnknownNotice):
            tell(work, holder, teller=Teller())
    assert inbox(store, holder) == []


def test_what_it_says_is_sealed_for_its_recipient(store: Store) -> None:
    with store.begin("h1") as work:
        holder = user(work)
        tell(work, holder)
        [row] = work.table(MESSAGE).all()
        assert "3 号诊室".encode() not in row.parameters


def test_a_wallet_user_who_was_forgotten_is_told_nothing(store: Store) -> None:
    with store.begin("h1") as work:
        holder = user(work)
        work.wallet_users.forget(holder)
        assert not tell(work, holder)
    assert inbox(store, holder) == []


def test_messages_are_new_until_they_were_looked_at(store: Store, clock: FakeClock) -> None:
    with store.begin("h1") as work:
        holder, other = user(work, 1), user(work, 2)
        tell(work, holder, "a")
        tell(work, other, "a")
        assert work.messages.unread(holder) == 1
        assert work.messages.mark_read(holder) == 1
        assert work.messages.unread(holder) == 0
        assert work.messages.unread(other) == 1
    clock.advance(timedelta(minutes=1))
    with store.begin("h1") as work:
        tell(work, holder, "b")
    newest, older = inbox(store, holder)
    assert newest.read_at is None
    assert older.read_at is not None


def test_old_messages_are_forgotten(store: Store, clock: FakeClock) -> None:
    with store.begin("h1") as work:
        holder = user(work)
        tell(work, holder, "old")
    clock.advance(KEPT + timedelta(seconds=1))
    with store.begin("h1") as work:
        tell(work, holder, "new")
        assert forget_old_messages(work) == 1
    assert len(inbox(store, holder)) == 1


def test_a_change_that_is_undone_told_nobody(store: Store) -> None:
    with store.begin("h1") as work:
        holder = user(work)

    def told_in_vain() -> None:
        with store.begin("h1") as work:
            tell(work, holder)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        told_in_vain()
    assert inbox(store, holder) == []
