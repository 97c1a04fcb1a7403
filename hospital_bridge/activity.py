"""What this process did, counted for Prometheus: pages, calls to the outside, received messages; never a person.

The counters belong to the process and start at zero with it; prometheus_client makes them safe between threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram

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


def count_request(method: str, route: str, status: int, took: timedelta) -> None:
    """One request was answered; `route` is a template, empty where none fits, so that no id becomes a label."""
    _requests.labels(method, route, str(status)).inc()
    _request_seconds.labels(route).observe(took.total_seconds())


@contextmanager
def counted_call(adapter: str) -> Iterator[None]:
    """Count one call of an adapter: answered, the name of one of the five outcomes, or broken."""
    outcome = "broken"
    try:
        yield
        outcome = "answered"
    except OutsideError as error:
        outcome = type(error).__name__
        raise
    finally:
        _outside_calls.labels(adapter, outcome).inc()


def count_messages(peer: str, answer: str, count: int) -> None:
    """So many messages are durable and answered by AA, AE, AR, CA, CE, CR or nothing."""
    _messages.labels(peer, answer).inc(count)
