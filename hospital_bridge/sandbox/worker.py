"""Somebody who works at the hospital, at a shared PC, and the screens that they hang up in the hall."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hospital_bridge.sandbox.browser import Browser, NoSuchThing

if TYPE_CHECKING:
    from hospital_bridge.sandbox.browser import Form, PageShown

_CODE = re.compile(r"\b[A-Z2-7]{4}-[A-Z2-7]{4}\b")


class Worker:
    """One person of the staff, in a browser of their own."""

    def __init__(
        self, public_url: str, operator: str, name: str, password: str, browser: Browser | None = None
    ) -> None:
        self._staff = f"{public_url}/staff/{operator}"
        self._devices = f"{public_url}/device/{operator}"
        self._name, self._password = name, password
        self._browser = browser or Browser()

    def sign_in(self) -> PageShown:
        """Log in with name and password."""
        page = self._browser.open(f"{self._staff}/login")
        return self._browser.submit(page, page.form("/login"), name=self._name, password=self._password)

    def page(self, path: str) -> PageShown:
        """A staff page by its path."""
        return self._browser.open(f"{self._staff}/{path}")

    def open(self, address: str) -> PageShown:
        """Any page by its address."""
        return self._browser.open(address)

    def press(self, page: PageShown, leading_to: str, **typed: str) -> PageShown:
        """Send the form of a page that leads there."""
        return self._browser.submit(page, _leading_to(page, leading_to), tick_all=False, button=0, **typed)

    def desk(self, title: str) -> PageShown:
        """The call console of the desk of that title."""
        return self._browser.open(self.page("desks").link(title))

    def at_desk(self, title: str, *buttons: str) -> PageShown:
        """Press one button of the desk after the other; the desk afterwards."""
        page = self.desk(title)
        for button in buttons:
            page = self.press(page, f"/{button}")
        return page

    def hang_up(self, kind: str, name: str, place: str = "") -> Screen:
        """Add a screen and enrol it with the code that the page shows."""
        page = self.page("devices")
        shown = self.press(page, "/devices", kind=kind, name=name, place=place)
        code = _CODE.search(shown.words)
        if code is None:
            raise NoSuchThing(f"no code on {shown.address}: {shown.words[:200]}")
        return Screen(self._devices, code[0])


def _leading_to(page: PageShown, action: str) -> Form:
    """The form whose action ends so, for a list of things has forms that begin alike."""
    for form in page.forms:
        if form.action.endswith(action):
            return form
    raise NoSuchThing(f"no form to {action!r} on {page.address} ({page.status}): {page.words[:300]}")


class Screen:
    """A board or a kiosk that was enrolled."""

    def __init__(self, address: str, code: str) -> None:
        self._address = address
        self._browser = Browser()
        page = self._browser.open(f"{address}/")
        self._browser.submit(page, page.form("/device/"), code=code)

    def page(self, path: str) -> PageShown:
        """What it shows at a path."""
        return self._browser.open(f"{self._address}/{path}")

    def type_number(self, number: str) -> PageShown:
        """Somebody types a number into a kiosk."""
        kiosk = self.page("hospital/kiosk")
        return self._browser.submit(kiosk, kiosk.form("/check-in"), number=number)
