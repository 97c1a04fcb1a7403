"""More people press at once than pages can be made: who waited too long for theirs hears when to come again."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse

import pytest
from flask import Flask

from hospital_bridge.web import waiting
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
