"""What this process did, counted for Prometheus: pages, calls to the outside, received messages; never a person.

The counters belong to the process and start at zero with it; prometheus_client makes them safe between threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from adapters.errors import OutsideError

REGISTRY = CollectorRegistry(auto_describe=False)

_SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)

_requests = Counter(
    "hb_http_requests", "Answered requests by route template.", ["method", "route", "status"], registry=REGISTRY
)
_request_seconds = Histogram(
    "hb_http_request_seconds", "Time to answer a request.", ["route"], buckets=_SECONDS, registry=REGISTRY
)
_outside_calls = Counter(
    "hb_outside_calls", "Calls to outside systems by how they ended.", ["adapter", "outcome"], registry=REGISTRY
)
_messages = Counter(
    "hb_listener_messages", "Received HL7 messages by MSA-1 of the answer.", ["peer", "answer"], registry=REGISTRY
)


_his_calls = Counter(
    "hb_his_calls",
    "Calls to a hospital's system by how they ended, those too that were held back.",
    ["operator", "system", "operation", "outcome"],
    registry=REGISTRY,
)
_his_shown = Counter(
    "hb_his_shown",
    "Answers of a hospital's system that were shown without asking it, recent or old.",
    ["operator", "system", "operation", "age"],
    registry=REGISTRY,
)
_his_under_way = Gauge(
    "hb_his_calls_under_way", "Calls of this process to a hospital's system.", ["operator", "system"], registry=REGISTRY
)
_his_resting = Gauge(
    "hb_his_resting",
    "1 while an operation of a hospital's system rests after failures.",
    ["operator", "system", "operation"],
    registry=REGISTRY,
)


def count_request(method: str, route: str, status: int, took: timedelta) -> None:
    """One request was answered; `route` is a template, empty where none fits, so that no id becomes a label."""
    _requests.labels(method, route, str(status)).inc()
    _request_seconds.labels(route).observe(took.total_seconds())


@contextmanager
def counted_call(adapter: str) -> Iterator[None]:
    """Count one call of an adapter: answered, the name of one of the five outcomes, or broken."""
    with _counted(_outside_calls, adapter):
        yield


@contextmanager
def counted_his_call(operator: str, system: str, operation: str) -> Iterator[None]:
    """Count one call to a hospital's system in the same way; Busy, Resting and Away are calls that were held back."""
    with _counted(_his_calls, operator, system, operation):
        yield


@contextmanager
def _counted(counter: Counter, *labels: str) -> Iterator[None]:
    outcome = "broken"
    try:
        yield
        outcome = "answered"
    except OutsideError as error:
        outcome = type(error).__name__
        raise
    finally:
        counter.labels(*labels, outcome).inc()


@contextmanager
def under_way(operator: str, system: str) -> Iterator[None]:
    """Show one call to a hospital's system while it is under way."""
    with _his_under_way.labels(operator, system).track_inprogress():
        yield


def count_shown(operator: str, system: str, operation: str, *, old: bool) -> None:
    """One answer was shown without asking; `old` because the system could not be asked."""
    _his_shown.labels(operator, system, operation, "old" if old else "recent").inc()


def show_resting(operator: str, system: str, operation: str, *, rests: bool) -> None:
    """An operation rests after failures, or works again."""
    _his_resting.labels(operator, system, operation).set(int(rests))


def count_messages(peer: str, answer: str, count: int) -> None:
    """So many messages are durable and answered by AA, AE, AR, CA, CE, CR or nothing."""
    _messages.labels(peer, answer).inc(count)
