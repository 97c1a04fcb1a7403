"""Alipay's own time: GMT+8, written without a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=8), "GMT+8")
_FORMAT = "%Y-%m-%d %H:%M:%S"


def written(at: datetime) -> str:
    """An instant as Alipay writes it."""
    return at.astimezone(ZONE).strftime(_FORMAT)


def read(text: str) -> datetime:
    """An instant as Alipay reads it, in UTC; ValueError otherwise."""
    return datetime.strptime(text, _FORMAT).replace(tzinfo=ZONE).astimezone(UTC)


def business_day(at: datetime) -> date:
    """The day of Alipay's books that the instant falls on."""
    return at.astimezone(ZONE).date()
