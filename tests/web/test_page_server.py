"""A server that stops ends: what was asked is answered, and nobody's open connection keeps it."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from threading import Event

import pytest
from flask import Flask

from hospital_bridge.web.serving import PageServer

MOST_CALLS, CROWD = 10_000, 300


class SlowPages:
    """One page, answered when the test says so."""

    def __init__(self) -> None:
        self.asked = Event()
        self.may_answer = Event()
        app = Flask(__name__)
        app.add_url_rule("/", "quick", lambda: "well")
        app.add_url_rule("/slow", "slow", self._slow)
        self.server = PageServer(app, "127.0.0.1", 0, 2)

    def _slow(self) -> str:
        self.asked.set()
        assert self.may_answer.wait(10)
        return "well, at last"

    def browser(self) -> closing[http.client.HTTPConnection]:
        return closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10))


def call_until_nobody_listens(pages: SlowPages) -> None:
    for _ in range(MOST_CALLS):
        with pages.browser() as late:
            late.connect()


@pytest.fixture
def pages() -> Iterator[SlowPages]:
    pages = SlowPages()
    pages.server.start()
    yield pages
    pages.may_answer.set()
    pages.server.stop()


def test_a_browser_that_keeps_its_connection_does_not_keep_the_server(pages: SlowPages) -> None:
    with pages.browser() as browser:
        browser.request("GET", "/")
        assert browser.getresponse().read() == b"well"
        pages.server.stop()
        assert not pages.server._thread.is_alive()


def test_what_was_asked_before_the_end_is_answered_and_its_connection_does_not_keep_the_server(
    pages: SlowPages,
) -> None:
    with pages.browser() as browser, ThreadPoolExecutor(1) as pool:
        browser.request("GET", "/slow")
        assert pages.asked.wait(10)
        stopping = pool.submit(pages.server.stop)
        with pytest.raises(ConnectionError):
            call_until_nobody_listens(pages)
        pages.may_answer.set()
        assert browser.getresponse().read() == b"well, at last"
        stopping.result()
        assert not pages.server._thread.is_alive()


def test_a_server_that_has_ended_keeps_no_thread_and_no_file(pages: SlowPages) -> None:
    trigger = pages.server._server.trigger
    pages.server.stop()
    assert trigger._fds == []
    assert not pages.server._server.task_dispatcher.threads


def test_hundreds_may_knock_before_the_first_goes(pages: SlowPages) -> None:
    with ExitStack() as leaving:
        crowd = [leaving.enter_context(pages.browser()) for _ in range(CROWD)]
        for browser in crowd:
            browser.connect()
        for browser in reversed(crowd):
            browser.request("GET", "/")
            assert browser.getresponse().read() == b"well"
