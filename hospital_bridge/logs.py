"""Structured logs by allow-list: a field that is not named here never reaches a log.

Log calls give an event name and fields (`log.warning("job.failed", job_id=…)`), never a text
with values in it, so that no personal data can slip through a sentence.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import FilteringBoundLogger

ALLOWED = frozenset(
    [
        "account",
        "action",
        "actor",
        "adapter",
        "address",
        "attempts",
        "config_digest",
        "control_id",
        "count",
        "dropped",
        "duration_ms",
        "effect_id",
        "error",
        "error_code",
        "event",
        "host",
        "job_id",
        "kind",
        "lane",
        "level",
        "message_id",
        "method",
        "module",
        "native_code",
        "operator_id",
        "path",
        "payment_id",
        "peer",
        "port",
        "reason",
        "refund_id",
        "request_id",
        "role",
        "route",
        "state",
        "status",
        "target",
        "timestamp",
        "topic",
        "trace_id",
        "vertical",
        "version",
        "worker",
    ]
)


OF_A_CALL = frozenset(["duration_ms", "host", "method", "path", "status"])
"""Fields of an adapter's line about a call to the outside (`adapters.http.HttpClient`)."""


def logger(name: str) -> FilteringBoundLogger:
    """The logger of a module; whatever it writes passes the allow-list, configured or not."""
    bound: FilteringBoundLogger = structlog.wrap_logger(None, processors=_PROCESSORS, module=name)
    return bound


def configure(stream: TextIO | None = None, level: str = "info") -> None:
    """Write one JSON object a line, to what is the standard error stream by then if no other is given.

    Libraries' own warnings come with their logger's name, level and kind of error, never with their text. The
    adapters, which know nothing of this module, are heard from INFO on: of each call where it went and how it ended.
    """
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: structlog.WriteLogger(file=stream or sys.stderr),
    )
    root = logging.getLogger()
    root.handlers = [_LibraryLogs()]
    root.setLevel(logging.WARNING)
    logging.getLogger("adapters").setLevel(logging.INFO)
    # It writes a line for each request that has to wait: in a rush that is thousands which say the same.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def only_allowed(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list, and tell how many were dropped."""
    kept = {name: value for name, value in event.items() if name in ALLOWED}
    dropped = len(event) - len(kept)
    return {**kept, "dropped": dropped} if dropped else kept


def _name_the_error(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    # An exception's text or locals may hold what a patient typed; its type does not.
    raised = event.pop("exc_info", None)
    if raised:
        error = raised if isinstance(raised, BaseException) else sys.exc_info()[1]
        event["error"] = type(error).__name__
    return event


_PROCESSORS = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _name_the_error,
    only_allowed,
    structlog.processors.JSONRenderer(sort_keys=True),
)

_library_log = logger("library")


class _LibraryLogs(logging.Handler):
    """Passes on that a library spoke, without the words, which may quote data; of an outgoing call its fields."""

    def emit(self, record: logging.LogRecord) -> None:
        call = {name: value for name, value in vars(record).items() if name in OF_A_CALL}
        if call:
            _library_log.info("outside.called", target=record.name, **call)
            return
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        _library_log.warning("library.warned", target=record.name, kind=record.levelname, error=error)
