"""The adapter's settings as its parts use them; `schema` says how a hospital's IT department writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from adapters.his_sql.database import Limits
from adapters.his_sql.dialects import Waits
from adapters.his_sql.failures import Judge
from adapters.his_sql.feeds import FeedSettings
from adapters.his_sql.pages import Paged, plain
from adapters.his_sql.statement import Statement
from adapters.records.conventions import Conventions, conventions_from
from adapters.records.outcomes import OutcomeRules


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFor:
    """One operation as this hospital has it.

    `fields` leads from the fields of its record to columns, `fixed` says what is always so. A change may be answered
    in another place: `answer` is read until it has a row. While `waiting` has one, a question has no answer. `code`
    and `message` are the columns that `rules` judge.
    """

    statement: str
    answer: str
    waiting: str
    changes: bool
    fields: Mapping[str, str]
    fixed: Mapping[str, str]
    code: str
    message: str
    rules: OutcomeRules
    judge: Judge


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlHisSettings:
    """Every setting; an operation that the site cannot do is absent."""

    url: str
    waits: Waits
    limits: Limits
    retry_after: timedelta
    charset: str
    conventions: Conventions
    operations: Mapping[str, AskedFor]
    feeds: Sequence[FeedSettings]


def settings_from(loaded: Mapping[str, Any]) -> SqlHisSettings:
    """The settings from what `SqlHisSchema` loaded."""
    retry_after = timedelta(seconds=loaded["busy_retry"])
    return SqlHisSettings(
        url=loaded["url"],
        waits=Waits(loaded["connect_timeout"], loaded["reply_timeout"]),
        limits=Limits(
            connections=loaded["connections"],
            queue_timeout=loaded["queue_timeout"],
            recycle=loaded["recycle"],
            rows=loaded["rows"],
        ),
        retry_after=retry_after,
        charset=loaded["charset"],
        conventions=conventions_from(loaded["conventions"]),
        operations={name: _operation(written, retry_after) for name, written in loaded["operations"].items()},
        feeds=tuple(_feed(written) for written in loaded["feeds"]),
    )


def _operation(written: Mapping[str, Any], retry_after: timedelta) -> AskedFor:
    return AskedFor(
        statement=Statement(written["statement"]).bound,
        answer=Statement(written["answer"]).bound,
        waiting=Statement(written["waiting"]).bound,
        changes=written["changes"],
        fields=_plain(written["fields"]),
        fixed=written["fixed"],
        code=plain(written["code"]),
        message=plain(written["message"]),
        rules=OutcomeRules(written["outcome"]["codes"], written["outcome"]["words"]),
        judge=Judge(errors=written["errors"], retry_after=retry_after, own_commit=written["own_commit"]),
    )


def _feed(written: Mapping[str, Any]) -> FeedSettings:
    paged = Paged(Statement(written["statement"]).bound, written["watermark"], written["tie"], written["item"])
    return FeedSettings(
        name=written["name"],
        kind=written["kind"],
        every=timedelta(seconds=written["every"]),
        paged=paged,
        overlap=written["overlap"],
        page=written["page"],
        fields=_plain(written["fields"]),
        fixed=written["fixed"],
    )


def _plain(columns: Mapping[str, str]) -> Mapping[str, str]:
    return {field: plain(column) for field, column in columns.items()}
