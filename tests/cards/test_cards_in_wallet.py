"""From the commit to the holder's wallet, over the sandbox's real wire: shown as it stands, whatever is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.http import Timeouts
from adapters.values import WalletAccount
from hospital_bridge.cards.case import SHOW_CARD, CardsContext
from hospital_bridge.cards.wallet import Showcase, show_card
from hospital_bridge.facade import OperatorScope, Unit
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.effects import Driver
from hospital_bridge.payment.model import Effect as Intent
from hospital_bridge.payment.model import EffectState
from hospital_bridge.sandbox.alipay.faults import Effect, Fault
from hospital_bridge.sandbox.people import WANG_TAO
from hospital_bridge.slot import CardRules, CardState, CardView, Relation, VerticalWork, WalletFace
from hospital_bridge.store.jobs import JOB, Job, Lane
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.subject_rights import erase_subject
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from tests.cards.counters import Mall
from tests.sandbox.alipay.running import RunningSandbox, running_sandbox
from tests.steered import FakeClock
from tests.store.test_bindings import person

TEMPLATE, PUT, SHOW = "alipay.pass.template.add", "alipay.pass.instance.add", "alipay.pass.instance.update"
VALID, USED, CLOSED = "", "USED", "CLOSED"


def face(_work: VerticalWork, card: CardView) -> WalletFace:
    return WalletFace({"logo": "cup", "strip": "$title$"}, {"title": card.title})


@dataclass
class WalletMall(Mall):
    """A vertical whose coupons go into the wallet, and a worker that tells it when the test says so."""

    wallets: dict[str, Any] = field(default_factory=dict)
    wanted: bool = True

    @property
    def context(self) -> CardsContext:
        context = super().context
        kinds = {name: replace(kind, in_wallet=face if self.wanted else None) for name, kind in context.kinds.items()}
        return replace(context, kinds=kinds, wallets=self.wallets)

    def bridge(self, clock: FakeClock) -> Any:
        """As much of a bridge as forgets a person."""
        money = MoneyContext("h1", self.store, self.context.zone, {}, {})
        scope = OperatorScope(money, {}, clock, {}, cards=self.context)
        vertical = SimpleNamespace(cards=tuple(self.context.kinds.values()), erase_subject=None)
        operators = {"h1": SimpleNamespace(scopes={"mall": scope})}
        return SimpleNamespace(store=self.store, verticals={"mall": vertical}, operators=operators)

    def work_off(self) -> None:
        """Everything that is due now."""
        runner = JobRunner(self.store, Handlers(io={SHOW_CARD: self._show}), "worker", chance=lambda: 0.5)
        while runner.run_once(Lane.IO):
            pass

    def _show(self, store: Store, job: Job) -> None:
        show_card(Showcase(self.context, Driver(store, "h1"), self.as_vertical), job.ref.split(":")[1])

    def as_vertical(self, work: Work) -> Unit:
        nobody_pays: Any = None
        return Unit(work, nobody_pays, given_out=self.context)

    def give_back(self, redemption_id: str) -> None:
        with self.cards() as cards:
            cards.reverse(redemption_id, "payment", "refunded")

    def effects(self) -> list[Intent]:
        with self.store.read("h1") as work:
            return list(work.effects.all())

    def jobs(self) -> int:
        with self.store.read("h1") as work:
            return len(work.table(JOB).all(JOB.c.topic == SHOW_CARD))


@dataclass
class World:
    """A mall, its holder's wallet on a socket, and time."""

    mall: WalletMall
    sandbox: RunningSandbox
    clock: FakeClock
    holder: str

    def card(self) -> CardView:
        return self.mall.collected(self.holder)

    def run(self) -> None:
        """The worker, until what was lost has been told again."""
        for _ in range(4):
            self.mall.work_off()
            self.clock.advance(timedelta(minutes=5))

    def held(self) -> list[tuple[str, str]]:
        """What the holder's wallet shows: code and state of each pass, the oldest first."""
        passes = self.sandbox.world.card_holder.passes.values()
        assert {each.user_id for each in passes} <= {WANG_TAO.user_id}
        return [(each.parameters["acode"], each.status) for each in passes]


@pytest.fixture
def world(store: Store, clock: FakeClock) -> Iterator[World]:
    with running_sandbox(clock) as sandbox:
        wallet = sandbox.wallet(sandbox.world.new_app(), timeouts=Timeouts(connect=2, read=0.5, total=2))
        mall = WalletMall(store, wallets={"main": wallet})
        mall.offer(each=9)
        with store.begin("h1") as work:
            holder = work.wallet_users.keep("main", WalletAccount(WANG_TAO.user_id), "zh-CN")
        yield World(mall, sandbox, clock, holder)


def test_a_collected_card_is_in_the_wallet_and_a_redeemed_one_is_used_there(world: World) -> None:
    issued = world.mall.give(world.holder)
    world.run()
    assert world.held() == []
    with world.mall.cards() as cards:
        card = cards.collect(issued.card_id)
    world.run()
    assert world.held() == [(world.mall.code(card), VALID)]
    world.mall.redeem(card)
    world.run()
    assert world.held() == [(world.mall.code(card), USED)]
    assert {effect.state for effect in world.mall.effects()} == {EffectState.CONFIRMED}


@pytest.mark.parametrize(
    "effect", [Effect.LOSE_REPLY, Effect.SYSTEM_ERROR_AFTER, Effect.UNKNOWN_BEFORE, Effect.CALL_LIMITED]
)
def test_whatever_is_lost_there_is_one_copy_and_it_ends_as_used(world: World, effect: Effect) -> None:
    for method in (TEMPLATE, PUT, SHOW):
        world.sandbox.world.faults.add(Fault(method, effect))
    card = world.card()
    world.run()
    world.mall.redeem(card)
    world.run()
    assert world.held() == [(world.mall.code(card), USED)]
    assert all(one.is_over for one in world.mall.effects())


def test_a_wallet_that_is_down_stops_no_redemption_and_gets_no_used_card_later(world: World) -> None:
    world.sandbox.world.faults.add(Fault(TEMPLATE, Effect.CALL_LIMITED))
    card = world.card()
    world.mall.work_off()
    world.mall.redeem(card)
    assert world.mall.now(card).state is CardState.REDEEMED
    world.run()
    assert world.held() == []


def test_a_card_is_redeemed_while_its_wallet_is_being_told(world: World) -> None:
    card, wallet = world.card(), world.mall.wallets["main"]

    def issue(said: Any) -> None:
        world.mall.redeem(card)
        wallet.issue_card(said)

    the_rest = {name: getattr(wallet, name) for name in ("card_abilities", "add_card_template", "show_card_as")}
    world.mall.wallets["main"] = SimpleNamespace(issue_card=issue, **the_rest)
    world.run()
    assert world.held() == [(world.mall.code(card), USED)]


def test_what_a_refund_gave_back_is_in_the_wallet_anew(world: World) -> None:
    card = world.card()
    used = world.mall.redeem(card)
    world.run()
    assert world.held() == []
    world.mall.give_back(used.redemption_id)
    world.run()
    assert [state for _, state in world.held()] == [VALID]
    again = world.mall.redeem(card, "r2")
    world.run()
    world.mall.give_back(again.redemption_id)
    world.run()
    assert [state for _, state in world.held()] == [USED, VALID]


def test_use_and_refund_that_the_wallet_never_heard_of_leave_the_copy_as_it_is(world: World) -> None:
    card = world.card()
    world.run()
    world.mall.give_back(world.mall.redeem(card).redemption_id)
    world.run()
    assert world.held() == [(world.mall.code(card), VALID)]


def test_what_was_taken_back_or_is_over_is_closed_in_the_wallet(world: World) -> None:
    world.mall.offer(CardRules(ends_at=world.clock.now() + timedelta(days=1)), each=9)
    void, over = world.card(), world.mall.give(world.holder, "second")
    with world.mall.cards() as cards:
        cards.collect(over.card_id)
    world.run()
    with world.mall.cards() as cards:
        cards.void(void.card_id, "staff-1", "wrong person")
    world.clock.advance(timedelta(days=1))
    with world.mall.cards() as cards:
        cards.expire()
    world.run()
    assert [state for _, state in world.held()] == [CLOSED, CLOSED]


def test_a_wallet_that_will_not_have_the_card_is_asked_once(world: World) -> None:
    del world.sandbox.world.users[WANG_TAO.user_id]
    card = world.card()
    world.run()
    world.mall.redeem(card)
    world.run()
    (refused,) = [effect for effect in world.mall.effects() if effect.state is EffectState.REFUSED]
    assert (refused.kind, refused.attempts) == ("card.put", 1)
    assert world.held() == []


def test_a_kind_that_keeps_out_of_wallets_and_a_wallet_without_cards_have_no_work(world: World) -> None:
    world.mall.wanted = False
    world.card()
    world.mall.wanted = True
    world.mall.wallets.clear()
    world.mall.collected("s2")
    assert world.mall.jobs() == 0


@pytest.mark.parametrize("lost", [False, True])
def test_who_is_forgotten_leaves_no_open_card_in_the_wallet(world: World, *, lost: bool) -> None:
    with world.mall.store.begin("h1") as work:
        subject = person(work, 1)
        work.subjects.bind(world.holder, subject, Relation.SELF)
    world.mall.collected(subject)
    if lost:
        world.sandbox.world.faults.add(Fault(PUT, Effect.LOSE_REPLY))
        world.mall.work_off()
    else:
        world.run()
    assert [state for _, state in world.held()] == [VALID]
    erase_subject(world.mall.bridge(world.clock), "h1", subject, "staff-1")
    world.run()
    assert [state for _, state in world.held()] == [CLOSED]
    assert all(one.is_over for one in world.mall.effects())
