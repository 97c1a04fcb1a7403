"""A crowd of phones that costs next to nothing: one thread, bare HTTP, and eyes for nothing but what is pressed.

`python -m tests.pace.crowd` reads a `Call` as JSON and writes an `Outcome`: as a process of its own the crowd takes
nothing from the bridge that it presses but the processor.
"""

from __future__ import annotations

import asyncio
import html
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from time import perf_counter
from urllib.parse import urlencode, urljoin, urlsplit

BUSY, NO_ANSWER, TAKEN, CROWDED = "医院系统正忙", "医院系统暂时没有响应", "已被他人", "系统繁忙，这一步没有办理"
WORDS = {"busy": BUSY, "no answer": NO_ANSWER, "taken": TAKEN, "crowded": CROWDED}
WITHOUT_WORDS, NO_CONNECTION, STILL_ASKED = "without a sentence", "no connection", "still asked for"
TROUBLE = 503
PATIENCE, PAUSE, LONGEST_PAUSE = 120.0, 2.0, 30.0
LOOKS = 60

_OFFER = re.compile(r'href="([^"]*/confirm[^"]*)"')
_FORM = re.compile(r'<form[^>]*action="([^"]*/book)"[^>]*>(.*?)</form>', re.DOTALL)
_FIELD = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'(name|value|type)="([^"]*)"')
_STATE = re.compile(r'data-state="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Caller:
    """One phone that is signed in: its cookie, its address as a proxy tells it, and the first page that it opens."""

    cookie: str
    address: str
    path: str
    place: int


@dataclass(frozen=True, slots=True)
class Call:
    """Everybody at once, each so many tries, none begun after so many seconds."""

    host: str
    port: int
    tries: int
    seconds: float
    callers: Sequence[Caller]


@dataclass(slots=True)
class Outcome:
    """Answers by status and sentence, who got a place, who was told when to come again at the last, and who never
    was answered; how long answers took in seconds.
    """

    told: dict[str, int] = field(default_factory=dict)
    served: int = 0
    told_to_come_again: int = 0
    unanswered: int = 0
    waits: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Page:
    address: str
    status: int
    headers: Mapping[str, str]
    text: str


class _Phone:
    def __init__(self, call: Call, caller: Caller, outcome: Outcome) -> None:
        self._call, self._caller, self._outcome = call, caller, outcome
        self._until = perf_counter() + call.seconds
        self._answered = False

    async def wants_a_place(self) -> None:
        """Try, and try again, until there is a place or the time is over."""
        for again in range(self._call.tries):
            page = await self._tries(self._caller.place + again)
            if page is None:
                self._outcome.served += 1
                return
            if perf_counter() > self._until:
                self._outcome.told_to_come_again += page.status == TROUBLE and "retry-after" in page.headers
                break
            await asyncio.sleep(PAUSE)
        self._outcome.unanswered += not self._answered

    async def _tries(self, place: int) -> _Page | None:
        """None once it has a place, else the page at which it ended."""
        times = await self._open(self._caller.path)
        offers = [html.unescape(address) for address in _OFFER.findall(times.text)]
        if not offers:
            return times
        confirm = await self._open(urljoin(times.address, offers[place % len(offers)]))
        form = _FORM.search(confirm.text)
        if form is None:
            return confirm
        fields = [dict(_ATTRIBUTE.findall(each)) for each in _FIELD.findall(form[2])]
        body = urlencode([(each["name"], html.unescape(each.get("value", ""))) for each in fields if "name" in each])
        held = await self._open(urljoin(confirm.address, html.unescape(form[1])), body)
        for _ in range(LOOKS):
            state = _STATE.search(held.text)
            if state is None or state[1] != "holding":
                return None if state is not None and state[1] == "booked" else held
            await asyncio.sleep(PAUSE)
            held = await self._open(held.address)
        self._note(STILL_ASKED)
        return held

    def _note(self, answer: str) -> None:
        self._outcome.told[answer] = self._outcome.told.get(answer, 0) + 1

    async def _open(self, path: str, body: str | None = None) -> _Page:
        """The page, asked for again after the seconds that it names where it is not to be had now."""
        page = await self._once(path, body)
        while page.status == TROUBLE and perf_counter() < self._until:
            await asyncio.sleep(min(float(page.headers.get("retry-after", PAUSE)), LONGEST_PAUSE))
            page = await self._once(path, body)
        return page

    async def _once(self, path: str, body: str | None) -> _Page:
        began = perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                page = await self._exchange(path, body)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError, IndexError):
            page = _Page(path, 0, {}, "")
        self._outcome.waits.append(perf_counter() - began)
        if page.status in (302, 303):
            return await self._open(
                urljoin(path, urlsplit(page.headers["location"])._replace(scheme="", netloc="").geturl())
            )
        self._answered = self._answered or page.status > 0
        self._note(_meaning(page))
        return page

    async def _exchange(self, path: str, body: str | None) -> _Page:
        reader, writer = await asyncio.open_connection(self._call.host, self._call.port)
        try:
            origin = f"http://{self._call.host}:{self._call.port}"
            head = [
                f"{'GET' if body is None else 'POST'} {path} HTTP/1.1",
                f"Host: {self._call.host}:{self._call.port}",
                f"Cookie: {self._caller.cookie}",
                f"X-Forwarded-For: {self._caller.address}",
                "Accept-Language: zh-CN",
                "Connection: close",
            ]
            if body is not None:
                head += [
                    f"Origin: {origin}",
                    "Content-Type: application/x-www-form-urlencoded",
                    f"Content-Length: {len(body)}",
                ]
            writer.write(("\r\n".join(head) + "\r\n\r\n" + (body or "")).encode())
            await writer.drain()
            answer = await reader.read(-1)
        finally:
            writer.close()
        top, _, text = answer.partition(b"\r\n\r\n")
        lines = top.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        return _Page(path, int(lines[0].split()[1]), headers, text.decode("utf-8", "replace"))


def _meaning(page: _Page) -> str:
    """The status, and in words what it means: an answer of trouble says so in a sentence, and when to come again."""
    if page.status == 0:
        return NO_CONNECTION
    said = next((name for name, words in WORDS.items() if words in page.text), "")
    if page.status >= 500 and (not said or "retry-after" not in page.headers):
        return f"{page.status} {WITHOUT_WORDS}"
    return f"{page.status} {said}".rstrip()


async def _all(call: Call) -> Outcome:
    outcome = Outcome()
    await asyncio.gather(*(_Phone(call, caller, outcome).wants_a_place() for caller in call.callers))
    return outcome


def main() -> None:
    told = json.load(sys.stdin)
    call = Call(**{**told, "callers": [Caller(**each) for each in told["callers"]]})
    json.dump(asdict(asyncio.run(_all(call))), sys.stdout)


if __name__ == "__main__":
    main()
