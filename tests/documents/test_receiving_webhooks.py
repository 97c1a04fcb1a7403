"""The page for receivers of webhooks: its code believes what the bridge signs and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from adapters.http import Timeouts
from hospital_bridge.clock import SystemClock
from hospital_bridge.store.past_deliveries import KEPT
from notifications.delivery import WEBHOOKS
from notifications.signing import Secret, sign
from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs" / "how-to" / "receive-webhooks.md").read_text(encoding="utf-8")
OLD, NEW = Secret(b"o" * 32), Secret(b"n" * 32)
BODY = b'{"type":"report.available","data":{"ref":"1"}}'
EventId = Callable[[Mapping[str, str], bytes, str], str | None]


@pytest.fixture
def event_id() -> EventId:
    """The function that the page shows."""
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    shown: dict[str, EventId] = {}
    exec(code, shown)  # noqa: S102 - our own page
    return shown["event_id"]


def signed(*secrets: Secret, ago: timedelta = timedelta()) -> dict[str, str]:
    return sign("e1", SystemClock().now() - ago, BODY, secrets)


@pytest.mark.parametrize("secret", [OLD, NEW], ids=["old", "new"])
def test_a_true_event_is_believed_with_either_secret_during_a_change(event_id: EventId, secret: Secret) -> None:
    assert event_id(signed(NEW, OLD), BODY, secret.reveal()) == "e1"


def test_what_was_changed_forged_or_kept_for_later_is_not(event_id: EventId) -> None:
    secret = NEW.reveal()
    assert event_id(signed(NEW), BODY + b" ", secret) is None
    assert event_id(signed(OLD), BODY, secret) is None
    assert event_id(signed(NEW) | {"webhook-id": "e2"}, BODY, secret) is None
    assert event_id(signed(NEW, ago=timedelta(minutes=6)), BODY, secret) is None
    assert event_id({}, BODY, secret) is None


def test_the_numbers_of_the_page_are_those_of_the_code() -> None:
    said = "after 5 seconds, 5 minutes, 30 minutes, 2, 5, 10 and 10 hours, each a fifth more or less"
    steps = [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)]
    assert said in PAGE
    assert WEBHOOKS.steps == (*steps, *(timedelta(hours=hours) for hours in (2, 5, 10, 10)))
    assert WEBHOOKS.jitter == 1 / 5
    assert f"none within {Timeouts().read:.0f} seconds" in PAGE
    assert f"for {KEPT.days} days" in PAGE
