"""What is done for each job topic: the flows of money, the verticals' reactions, the inbox, the audit chain."""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from adapters.errors import Malformed
from hospital_bridge.application_answers import ANSWER, send_answer
from hospital_bridge.cards.case import SHOW_CARD
from hospital_bridge.cards.wallet import Showcase, show_card
from hospital_bridge.fetching import FETCH, feed_tasks, fetch
from hospital_bridge.inbound import answers_to, apply_alone, apply_message, read_messages, stand_beside
from hospital_bridge.link_watch import CHECK_LINKS, check_links
from hospital_bridge.payment.flows import handlers as money
from hospital_bridge.payment.reconcile import ask_for_reconciliation
from hospital_bridge.post_office import post_of
from hospital_bridge.store.housekeeping import forget_finished_jobs
from hospital_bridge.store.inbox import APPLY, BESIDE, TAKE_UP
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.messages import forget_old_messages
from hospital_bridge.store.past_deliveries import forget_past_deliveries
from hospital_bridge.store.past_visits import forget_past_visits
from hospital_bridge.store.raw_messages import forget_raw_messages
from hospital_bridge.taking_up import TakingUp
from hospital_bridge.telling.post import DELIVER, deliver
from hospital_bridge.workers.job_runner import Handlers, IoHandler, TxHandler
from hospital_bridge.workers.retry import Retry
from hospital_bridge.workers.timers import Daily, Every, PeriodicTask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.bootstrap import Bridge
    from hospital_bridge.slot import Reaction
    from hospital_bridge.store.jobs import Job
    from hospital_bridge.store.unit_of_work import Store, Work

CHAIN_AUDIT = "audit.chain"
RECONCILE_YESTERDAY = "payment.reconcile_yesterday"
TIDY = "store.tidy"
EXPIRE_TICKETS = "queue.expire"
EXPIRE_CARDS = "card.expire"
MINUTE = timedelta(minutes=1)
EXPIRE_CARDS_EVERY, MOST_AT_ONCE = timedelta(minutes=5), 1000
"""Nothing is redeemed after its time even before this runs; it is only what lists and verticals are told."""
NIGHT = time(0, 30)
"""By then no payment of yesterday is still on its way to us; the bill itself is asked for in the morning."""

APPLYING = Retry(first=timedelta(0), permanent=(Malformed,))
"""Applying touches the database alone: five tries follow at once, and whoever waits behind goes on within a second."""
TAKING_UP = Retry(first=timedelta(milliseconds=50), longest=timedelta(seconds=1))
"""Whatever comes in waits behind it, and after a failure each message has a job of its own."""


def handlers_of(bridge: Bridge) -> Handlers:
    """Every handler of the bridge, by topic; a topic names its operator through the job."""
    io: dict[str, IoHandler] = dict(money.handlers(lambda operator_id: bridge.operators[operator_id].money))
    for name, vertical in bridge.verticals.items():
        io |= {reaction.topic: _reaction(bridge, name, reaction) for reaction in vertical.reactions}
    io[DELIVER] = partial(deliver, post_of(bridge))
    io[SHOW_CARD] = partial(_show_card, bridge)
    io[FETCH] = lambda store, job: fetch(bridge.operators[job.operator_id].systems, store, job)
    io[CHECK_LINKS] = lambda store, job: check_links(bridge.operators[job.operator_id], store, job)
    io[ANSWER] = partial(send_answer, partial(answers_to, bridge))
    tx: dict[str, TxHandler] = {
        CHAIN_AUDIT: _chain_audit,
        TAKE_UP: TakingUp(partial(apply_message, bridge), bridge.settings.digest, partial(read_messages, bridge)),
        APPLY: partial(apply_alone, bridge),
        BESIDE: stand_beside,
        RECONCILE_YESTERDAY: _reconcile_yesterday(bridge),
        EXPIRE_TICKETS: partial(_expire_tickets, bridge),
        EXPIRE_CARDS: partial(_expire_cards, bridge),
        TIDY: partial(_tidy, bridge.settings.bridge.raw_message_days),
    }
    return Handlers(tx=tx, io=io, retry={APPLY: APPLYING, TAKE_UP: TAKING_UP})


def periodic_tasks(bridge: Bridge) -> Sequence[PeriodicTask]:
    """What the clock starts, the core's and the verticals'."""
    timed = [
        PeriodicTask(reaction.topic, reaction.topic, Every(reaction.every), operators=_operators_with(bridge, name))
        for name, vertical in bridge.verticals.items()
        for reaction in vertical.reactions
        if reaction.every is not None
    ]
    return [
        PeriodicTask("reconcile", RECONCILE_YESTERDAY, Daily(NIGHT), Lane.TX),
        PeriodicTask("audit", CHAIN_AUDIT, Every(MINUTE), Lane.TX),
        PeriodicTask("queue", EXPIRE_TICKETS, Daily(NIGHT), Lane.TX),
        PeriodicTask(
            "cards", EXPIRE_CARDS, Every(EXPIRE_CARDS_EVERY), Lane.TX, operators=_operators_with_cards(bridge)
        ),
        PeriodicTask("tidy", TIDY, Daily(NIGHT), Lane.TX),
        PeriodicTask("links", CHECK_LINKS, Every(MINUTE)),
        *(task for operator_id, parts in bridge.operators.items() for task in feed_tasks(operator_id, parts.systems)),
        *timed,
    ]


def _operators_with(bridge: Bridge, vertical: str) -> frozenset[str]:
    return frozenset(operator_id for operator_id, parts in bridge.operators.items() if vertical in parts.scopes)


def _operators_with_cards(bridge: Bridge) -> frozenset[str]:
    return frozenset().union(*(_operators_with(bridge, name) for name, each in bridge.verticals.items() if each.cards))


def _reaction(bridge: Bridge, name: str, reaction: Reaction) -> IoHandler:
    def react(store: Store, job: Job) -> None:
        reaction.handler(bridge.operators[job.operator_id].scopes[name].over(store), job.ref)

    return react


def _chain_audit(work: Work, _job: Job) -> None:
    work.audit.chain()


def _tidy(raw_message_days: int, work: Work, _job: Job) -> None:
    forget_finished_jobs(work)
    forget_past_visits(work)
    forget_old_messages(work)
    forget_past_deliveries(work)
    forget_raw_messages(work, raw_message_days)


def _expire_tickets(bridge: Bridge, work: Work, job: Job) -> None:
    for scope in bridge.operators[job.operator_id].scopes.values():
        if scope.lines is not None:
            scope.unit(work).lines.expire(date.fromisoformat(job.ref))


def _expire_cards(bridge: Bridge, work: Work, job: Job) -> None:
    for scope in bridge.operators[job.operator_id].scopes.values():
        if scope.cards is not None:
            scope.unit(work).cards.expire(MOST_AT_ONCE)


def _show_card(bridge: Bridge, store: Store, job: Job) -> None:
    vertical, card_id = job.ref.split(":")
    scope = bridge.operators[job.operator_id].scopes[vertical].over(store)
    if scope.cards is not None:
        show_card(Showcase(scope.cards, scope.money.driver, scope.unit), card_id)


def _reconcile_yesterday(bridge: Bridge) -> TxHandler:
    def ask(work: Work, job: Job) -> None:
        money = bridge.operators[job.operator_id].money
        ask_for_reconciliation(money, work, date.fromisoformat(job.ref) - timedelta(days=1))

    return ask
