"""A member of the hospital's staff at a PC, who does what the pages offer and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.sandbox.browser import Browser

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.sandbox.browser import PageShown


class Desk:
    """One person who is signed in at the staff's pages of an operator."""

    def __init__(self, address: str, name: str, password: str) -> None:
        """`address` is that of the operator's staff pages, without a trailing slash."""
        self._browser = Browser()
        self._address = address
        login = self._browser.open(f"{address}/login")
        self._browser.submit(login, login.form("login"), name=name, password=password)

    def page(self, path: str) -> PageShown:
        """A page of the staff by its path."""
        return self._browser.open(f"{self._address}/{path}")

    def open(self, address: str) -> PageShown:
        """Any page by its address."""
        return self._browser.open(address)

    def press(self, page: PageShown, form: str, typed: Mapping[str, str]) -> PageShown:
        """Send the form of a page whose action contains `form`, with something typed into it."""
        return self._browser.submit(page, page.form(form), tick_all=False, button=0, **typed)
