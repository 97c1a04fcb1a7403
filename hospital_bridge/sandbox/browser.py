"""A browser without JavaScript: pages, links, forms, cookies and redirects, as a phone would use them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Form:
    """A form with what stands in it; `buttons` are the words on its submit buttons."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Link:
    """A link and the words in it."""

    address: str
    words: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[Link] = []
        self.forms: list[Form] = []
        self.marks: dict[str, str] = {}
        self.refresh: int | None = None
        self._link: Link | None = None
        self._form: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.marks |= {name[5:]: value for name, value in values.items() if name.startswith("data-")}
        if tag == "a" and "href" in values:
            self._link = Link(values["href"])
            self.links.append(self._link)
        elif tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get").upper())
            self.forms.append(self._form)
        elif tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            self.refresh = int(values["content"].split(";")[0])
        elif self._form is not None:
            self._field(self._form, tag, values)

    def _field(self, form: Form, tag: str, values: dict[str, str]) -> None:
        name, value, kind = values.get("name", ""), values.get("value", ""), values.get("type", "")
        if tag == "button" and kind != "button":
            form.buttons.append((name, value))
        elif tag == "input" and kind == "checkbox":
            form.boxes.setdefault(name, []).append(value or "on")
        elif tag == "input" and kind == "radio":
            form.choices.setdefault(name, []).append(value)
        elif tag == "input" and kind == "submit":
            form.buttons.append((name, value))
        elif tag == "input" and name:
            form.fields[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = None
        elif tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        if text := " ".join(data.split()):
            self.words.append(text)
            if self._link is not None:
                self._link.words = f"{self._link.words} {text}".strip()


class NoSuchThing(LookupError):
    """The page has no such link or form; the text quotes what it says instead."""


@dataclass
class PageShown:
    """One page as it was received; `marks` are its data- attributes, the last of each name."""

    address: str
    status: int
    words: str
    links: list[Link]
    forms: list[Form]
    marks: dict[str, str]
    refresh: int | None

    def link(self, part: str) -> str:
        """The address of the first link whose address or words contain `part`."""
        for link in self.links:
            if part in link.address or part in link.words:
                return urljoin(self.address, link.address)
        raise NoSuchThing(f"no link {part!r} on {self.address} ({self.status}): {self.words[:300]}")

    def form(self, part: str) -> Form:
        """The first form whose action contains `part`."""
        for form in self.forms:
            if part in form.action:
                return form
        raise NoSuchThing(f"no form {part!r} on {self.address} ({self.status}): {self.words[:300]}")


class Browser:
    """One phone: its cookies and nothing else; `behind_proxy` is its address as a proxy before the bridge tells it."""

    def __init__(self, *, timeout: float = 15.0, language: str = "zh-CN", behind_proxy: str = "") -> None:
        self.cookies = CookieJar()
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(self.cookies))
        if behind_proxy:
            self._opener.addheaders.append(("X-Forwarded-For", behind_proxy))
        self._timeout = timeout
        self._language = language

    def open(self, address: str) -> PageShown:
        """Load a page, redirects followed."""
        return self._load(Request(address))  # noqa: S310 - addresses come from the sandbox's own pages

    def save(self, address: str) -> bytes:
        """A file as it comes; HTTPError where it is refused."""
        with self._opener.open(Request(address), timeout=self._timeout) as reply:  # noqa: S310 - as above
            return bytes(reply.read())

    def submit(
        self, page: PageShown, form: Form, *, tick_all: bool = False, button: int = 0, **fields: str
    ) -> PageShown:
        """Send a form as it stands, with `fields` typed over and the chosen button pressed."""
        pairs = [*(form.fields | fields).items()]
        if tick_all:
            pairs += [(name, value) for name, values in form.boxes.items() for value in values]
        if form.buttons and form.buttons[button][0]:
            pairs.append(form.buttons[button])
        address = urljoin(page.address, form.action)
        if form.method == "GET":
            return self.open(f"{address}?{urlencode(pairs)}")
        body = urlencode(pairs).encode()
        return self._load(Request(address, data=body, method="POST"))  # noqa: S310 - as above

    def wait(
        self, page: PageShown, done: Callable[[PageShown], bool], *, tries: int, pause: Callable[[], None]
    ) -> PageShown:
        """Look at a page again until it shows what is waited for, at most `tries` times."""
        for _ in range(tries):
            if done(page):
                return page
            pause()
            page = self.open(page.address)
        raise NoSuchThing(f"{page.address} never came to what was waited for; it says: {page.words[:300]}")

    def _load(self, request: Request) -> PageShown:
        request.add_header("Accept-Language", self._language)
        try:
            reply = self._opener.open(request, timeout=self._timeout)
        except HTTPError as refusal:
            reply = refusal
        with reply:
            reader = _Reader()
            reader.feed(reply.read().decode("utf-8", "replace"))
            return PageShown(
                address=reply.url,
                status=reply.status,
                words=" ".join(reader.words),
                links=reader.links,
                forms=reader.forms,
                marks=reader.marks,
                refresh=reader.refresh,
            )
