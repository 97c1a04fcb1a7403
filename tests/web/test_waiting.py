"""More people press at once than pages can be made: who waited too long for theirs hears when to come again."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from threading import Event

import pytest
from flask import Flask

from hospital_bridge.web import waiting
from hospital_bridge.web.access import OPEN, open_to
from hospital_bridge.web.serving import PageServer


@pytest.fixture
def server(app: Flask) -> Iterator[PageServer]:
    server = PageServer(app, "127.0.0.1", 0, 2)
    server.start()
    yield server
    server.stop()


def stood(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Whoever comes now will have stood in line so long when a thread is free."""
    watch = itertools.cycle((0.0, seconds))
    monkeypatch.setattr(waiting, "monotonic", lambda: next(watch))


def asked(server: PageServer, path: str, method: str = "GET") -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(method, path, headers={"Accept-Language": "zh-CN"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def test_who_stood_in_line_too_long_hears_when_to_come_again(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stood(monkeypatch, 31.4)
    answer, page = asked(server, "/p/h1/")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "31")
    assert "系统繁忙，这一步没有办理。" in page
    assert "请在 31 秒后再来。" in page


def test_nobody_has_to_wait_for_a_thread_to_hear_that_none_is_free(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end = Event(), Event()

    def slow() -> str:
        begun.set()
        assert may_end.wait(10)
        return "at last"

    app.add_url_rule("/slow", "slow", open_to(OPEN)(slow))
    monkeypatch.setattr(waiting, "LONGEST_SECONDS", 0.0)
    server = PageServer(app, "127.0.0.1", 0, 1)
    server.start()
    with ThreadPoolExecutor(1) as other:
        held = other.submit(asked, server, "/slow")
        assert begun.wait(10)
        answer, _ = asked(server, "/p/h1/")
        assert (answer.status, held.done()) == (503, False)
        may_end.set()
        assert held.result()[1] == "at last"
    server.stop()
    assert not server._line._usher.is_alive()


@pytest.mark.parametrize(
    ("method", "path", "seconds"),
    [("GET", "/p/h1/", waiting.LONGEST_SECONDS), ("POST", "/p/h1/consent", 31.4), ("GET", "/live", 600.0)],
)
def test_who_waited_a_little_who_pressed_and_who_watches_over_the_bridge_are_answered(
    server: PageServer, monkeypatch: pytest.MonkeyPatch, method: str, path: str, seconds: float
) -> None:
    stood(monkeypatch, seconds)
    answer, _ = asked(server, path, method)
    assert answer.status < 500
