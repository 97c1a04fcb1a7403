"""A process that hands webhooks over until none is left, to be killed at any moment (test_killed_couriers.py)."""

from __future__ import annotations

import sys
from functools import partial
from ipaddress import ip_network

from adapters.http import HttpClient, UrllibTransport
from adapters.webhook import WebhookSender
from hospital_bridge.clock import RandomIds, SystemClock, chance
from hospital_bridge.settings import Webhook
from hospital_bridge.store.deliveries import DeliveryKind
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.post import DELIVER, Post, deliver
from hospital_bridge.telling.webhooks import WebhookCarrier
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from notifications.signing import Secret

EVENT = "report.available"


def endpoint_at(url: str) -> Webhook:
    """The one system that is told."""
    networks = (ip_network("127.0.0.1/32"),)
    return Webhook(name="emr", url=url, secrets=(Secret(b"s" * 32),), events=frozenset({EVENT}), networks=networks)


def main(database_url: str, receiver_url: str, name: str) -> None:
    """Run until nothing is due."""
    clock = SystemClock()
    store = Store(make_engine(database_url), None, RandomIds(clock))
    sender = WebhookSender(HttpClient(UrllibTransport()), clock.now)
    post: Post = {DeliveryKind.WEBHOOK: WebhookCarrier({("h1", "emr"): endpoint_at(receiver_url)}, sender, chance)}
    runner = JobRunner(store, Handlers(io={DELIVER: partial(deliver, post)}), name)
    runner.recover()
    while runner.run_once(Lane.IO):
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
