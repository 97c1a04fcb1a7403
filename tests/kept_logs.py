"""Logging is one for the whole process: what a test configures ends with it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from hospital_bridge.logs import configure


@contextmanager
def logging_restored() -> Iterator[None]:
    """Whatever is configured meanwhile, afterwards it is as it was."""
    root, adapters = logging.getLogger(), logging.getLogger("adapters")
    before = (structlog.get_config(), root.handlers, root.level, adapters.level)
    yield
    config, root.handlers, root_level, adapters_level = before
    structlog.configure(**config)
    root.setLevel(root_level)
    adapters.setLevel(adapters_level)


@contextmanager
def logging_kept(level: str = "info") -> Iterator[io.StringIO]:
    """The log as it is written in production, one JSON object a line."""
    stream = io.StringIO()
    with logging_restored():
        configure(stream, level)
        yield stream
