"""The phone of somebody patient: the bridge may be away in the middle of anything, and they try again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookiejar import CookieJar
from typing import TypeVar
from urllib.error import URLError
from urllib.request import HTTPCookieProcessor, HTTPHandler, ProxyHandler, Request, build_opener

from hospital_bridge.clock import Clock
from hospital_bridge.sandbox.browser import Browser, NoSuchThing, PageShown
from tests.crash.mortal_stage import MortalStage

T = TypeVar("T")
RELOADS = 40
TRIES = 8


class PatientBrowser(Browser):
    """Sends the same request again, the same form with the same key, until somebody answers.

    Each has an address of its own, as phones have, for sign-ins are counted by address.
    """

    def __init__(self, stage: MortalStage, clock: Clock, address: str) -> None:
        super().__init__()
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()), _From(address))
        self._stage = stage
        self._clock = clock

    def _load(self, request: Request) -> PageShown:
        for _ in range(RELOADS):
            try:
                return super()._load(request)
            except (URLError, OSError, HTTPException):
                if not self._stage.revive():
                    self._clock.sleep(0.2)
        raise NoSuchThing(f"nobody answers at {request.host}")


class _From(HTTPHandler):
    """Connections that begin at one address of this machine."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def http_open(self, request: Request) -> HTTPResponse:
        return self.do_open(partial(HTTPConnection, source_address=(self._address, 0)), request)


def persist(step: Callable[[], T], clock: Clock) -> T:
    """Begin the step anew where the pages led nowhere; the last time they say why."""
    for _ in range(TRIES - 1):
        try:
            return step()
        except NoSuchThing:
            clock.sleep(1)
    return step()
