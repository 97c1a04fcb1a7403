"""From the commit to the wallet: at the right hour, in the right words, and never instead of the inbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from adapters.http import Timeouts
from adapters.values import WalletAccount
from hospital_bridge.sandbox.alipay.faults import Effect, Fault
from hospital_bridge.sandbox.people import WANG_TAO
from hospital_bridge.slot import Notice
from hospital_bridge.store.deliveries import DeliveryKind
from hospital_bridge.store.jobs import JOB, Lane
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.desk import try_again
from hospital_bridge.telling.messages import MessagesFacade, Teller, Ways
from hospital_bridge.telling.post import DELIVER, Post, deliver
from hospital_bridge.telling.wallet import AGREEMENT, NOT_AGREED, MessageCarrier, WalletPost
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from notifications.catalogue import Catalogue, Entry
from notifications.delivery import State
from notifications.message import Kind, Template, Value
from tests.sandbox.alipay.running import RunningSandbox, running_sandbox
from tests.steered import FakeClock

METHOD = "alipay.open.app.mini.templatemessage.send"
SHANGHAI = ZoneInfo("Asia/Shanghai")
PAID = Notice(
    Entry("bill.paid", "payer", Template("paid", {"fee": Kind.MONEY, "at": Kind.INSTANT})), "%(fee)s on %(at)s"
)
UNSAID = Notice(Entry("bill.read", "payer", Template("read", {})), "Read")
TEMPLATES = {"paid": {"id": "T1", "keywords": ["fee", "at"], "page": "pages/web?to={link}"}}
AT = datetime(2026, 11, 23, 1, 5, tzinfo=UTC)


@dataclass
class World:
    """A store, a wallet on a socket, and a worker that runs when it is told to."""

    store: Store
    clock: FakeClock
    sandbox: RunningSandbox
    teller: Teller
    runner: JobRunner

    def agree(self) -> None:
        with self.store.begin("h1") as work:
            payer = work.wallet_users.keep("main", WalletAccount(WANG_TAO.user_id), "zh-CN")
            work.wallet_users.consent(payer, AGREEMENT, "v1")

    def withdraw(self) -> None:
        with self.store.begin("h1") as work:
            payer = work.wallet_users.keep("main", WalletAccount(WANG_TAO.user_id), "zh-CN")
            work.wallet_users.withdraw(payer, AGREEMENT)

    def tell(self, key: str = "k1", event: str = "bill.paid", *, urgent: bool = False) -> None:
        with self.store.begin("h1") as work:
            payer = work.wallet_users.keep("main", WalletAccount(WANG_TAO.user_id), "zh-CN")
            said: dict[str, Value] = {"fee": 1250, "at": AT} if event == "bill.paid" else {}
            MessagesFacade(self.teller, work).tell(event, "payer", payer, said, dedupe_key=key, urgent=urgent)

    def work(self) -> None:
        while self.runner.run_once(Lane.IO):
            pass

    def states(self) -> list[State]:
        with self.store.read("h1") as work:
            return [row.standing.state for row in work.deliveries.latest(100)]

    def inbox(self) -> int:
        with self.store.begin("h1") as work:
            payer = work.wallet_users.keep("main", WalletAccount(WANG_TAO.user_id), "zh-CN")
            return len(work.messages.inbox(payer))

    @property
    def sent(self) -> int:
        return len(self.sandbox.world.mail.sent)


@pytest.fixture
def world(store: Store, clock: FakeClock) -> Iterator[World]:
    with running_sandbox(clock) as sandbox:
        quick = Timeouts(connect=2, read=0.5, total=2)
        wallet = sandbox.wallet(sandbox.world.new_app(), timeouts=quick, message_templates=TEMPLATES)
        post = WalletPost({"main": wallet}, SHANGHAI)
        notices = (PAID, UNSAID)
        catalogue = Catalogue(notice.entry for notice in notices)
        carrier = MessageCarrier({"h1": post}, {"rides": catalogue}, "https://bridge.example", lambda: 0.5)
        posts: Post = {DeliveryKind.MESSAGE: carrier}
        runner = JobRunner(store, Handlers(io={DELIVER: partial(deliver, posts)}), "w", lambda: 0.5)
        world = World(store, clock, sandbox, Teller.of("rides", notices, Ways(post=post)), runner)
        world.agree()
        yield world


def to_hour(world: World, hour: int) -> None:
    """Go on to that hour of the operator's clock."""
    local = world.clock.now().astimezone(SHANGHAI)
    ahead = (hour - local.hour) % 24
    world.clock.advance(timedelta(hours=ahead, minutes=-local.minute))


def test_a_message_is_read_in_the_wallet_in_words_and_leads_to_the_inbox(world: World) -> None:
    world.tell()
    world.work()
    [sent] = world.sandbox.world.mail.sent
    assert sent.keywords == {"keyword1": "¥12.50", "keyword2": "2026-11-23 09:05"}
    assert sent.page.endswith("bridge.example%2Fp%2Fh1%2Fmessages")
    assert world.states() == [State.DELIVERED]
    assert world.inbox() == 1


def test_what_was_told_once_is_sent_once(world: World) -> None:
    world.tell()
    world.tell()
    world.work()
    assert world.sent == 1


def test_who_unfollowed_reads_it_in_the_inbox_alone(world: World) -> None:
    world.sandbox.world.mail.unfollowed.add(WANG_TAO.user_id)
    world.tell()
    world.work()
    world.clock.advance(timedelta(days=2))
    world.work()
    assert world.states() == [State.REFUSED]
    assert world.sent == 0
    assert world.inbox() == 1


def test_who_has_not_agreed_reads_it_in_the_inbox_alone_until_they_agree(world: World) -> None:
    world.withdraw()
    world.tell("unwanted")
    world.work()
    with world.store.begin("h1") as work:
        [row] = work.deliveries.latest(10)
        assert (row.standing.state, row.detail) == (State.REFUSED, NOT_AGREED)
        assert work.table(JOB).all() == [], "nothing is to be done"
    assert (world.sent, world.inbox()) == (0, 1)
    world.agree()
    world.tell("wanted")
    world.work()
    assert (world.sent, world.inbox()) == (1, 2)


def test_an_agreement_that_is_withdrawn_before_the_morning_holds_for_what_was_told_at_night(world: World) -> None:
    to_hour(world, 23)
    world.tell()
    world.withdraw()
    world.clock.advance(timedelta(hours=8))
    world.work()
    assert world.states() == [State.REFUSED]
    assert world.sent == 0


def test_nobody_can_send_again_what_its_recipient_does_not_want(world: World) -> None:
    world.withdraw()
    world.tell()
    with world.store.begin("h1") as work:
        [row] = work.deliveries.latest(10)
        assert try_again(work, row.delivery_id, "wang")
    world.work()
    assert world.states() == [State.REFUSED]
    assert world.sent == 0


def test_what_the_wallet_has_no_words_for_stays_in_the_inbox(world: World) -> None:
    world.tell(event="bill.read")
    assert world.states() == []
    assert world.inbox() == 1


def test_by_night_only_what_is_urgent_is_heard(world: World) -> None:
    to_hour(world, 23)
    world.tell("usual")
    world.tell("urgent", urgent=True)
    world.work()
    assert world.sent == 1
    assert world.inbox() == 2, "the inbox disturbs nobody"
    world.clock.advance(timedelta(hours=7, minutes=59))
    world.work()
    assert world.sent == 1
    world.clock.advance(timedelta(minutes=1))
    world.work()
    assert world.sent == 2


def test_a_lost_answer_is_asked_for_again_in_the_same_wallet(world: World) -> None:
    world.sandbox.world.faults.add(Fault(METHOD, Effect.UNKNOWN_BEFORE))
    world.tell()
    world.work()
    assert world.states() == [State.UNCERTAIN]
    world.clock.advance(timedelta(seconds=5))
    world.work()
    assert world.states() == [State.DELIVERED]


def test_who_was_forgotten_meanwhile_is_told_nothing(world: World) -> None:
    world.tell()
    with world.store.begin("h1") as work:
        work.wallet_users.forget(work.wallet_users.keep("main", WalletAccount(WANG_TAO.user_id), "zh-CN"))
    world.work()
    assert world.states() == [State.DEAD]
    assert world.sent == 0
