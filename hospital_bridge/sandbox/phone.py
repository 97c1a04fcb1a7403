"""A patient with a phone, who does what the pages offer and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hospital_bridge.clock import Clock
    from hospital_bridge.sandbox.browser import Browser, Form, PageShown
    from hospital_bridge.sandbox.people import Person

PATIENCE = 300
PAUSE_SECONDS = 0.2
"""How often a waiting page is looked at before giving up, and how far apart."""


class Phone:
    """One person's phone at one operator's service window; `vertical` is whose pages it opens."""

    def __init__(self, browser: Browser, clock: Clock, window: str, person: Person, vertical: str = "hospital") -> None:
        self._browser = browser
        self._clock = clock
        self._window = window.rstrip("/")
        self._pages = f"{self._window}/{vertical}"
        self.person = person

    def sign_in(self) -> PageShown:
        """Agree to every purpose, let the wallet say who this is, and come back to the window."""
        consent = self.page("")
        sheet = self._browser.submit(consent, consent.form("/consent"), tick_all=True)
        return self._browser.submit(sheet, sheet.form("Authorize"), user_id=self.person.user_id)

    def bind_card(self) -> PageShown:
        """Bind the first record number that the hospital knows, or ask for a new one."""
        cards = self.page("cards")
        if any("cards/bind" in form.action for form in cards.forms):
            return self._browser.submit(cards, cards.form("cards/bind"))
        waiting = self._browser.submit(cards, cards.form("cards/new"))
        return self.wait(waiting, lambda page: page.address.endswith("/cards"))

    def bind_every_card(self) -> PageShown:
        """Bind all that the hospital knows of this person."""
        cards = self.page("cards")
        while any("cards/bind" in form.action for form in cards.forms):
            cards = self._browser.submit(cards, cards.form("cards/bind"))
        return cards

    def unbind_card(self) -> PageShown:
        """Take the first bound number out of use."""
        cards = self.page("cards")
        return self._browser.submit(cards, cards.form("cards/unbind"))

    def book(self, department: str) -> PageShown:
        """Walk to the first free slot of a department, take it, and wait for the hospital's word."""
        return self.take(self.choose(department))

    def choose(self, department: str) -> PageShown:
        """Walk from the department to the first free slot of the first practitioner; the page that asks to confirm."""
        practitioners = self._browser.open(self.page("departments").link(f"departments/{department}"))
        slots = self._browser.open(practitioners.link(f"departments/{department}/"))
        return self._browser.open(slots.link("/confirm"))

    def take(self, confirm: PageShown) -> PageShown:
        """Confirm the slot, and wait for the hospital's word."""
        return self.wait(self.send(confirm), lambda page: page.marks.get("state") != "holding")

    def send(self, confirm: PageShown) -> PageShown:
        """Confirm the slot; what is shown at once."""
        return self._browser.submit(confirm, confirm.form("/book"))

    def pay(self, registration: PageShown) -> PageShown:
        """Open the payment sheet, confirm, and come back to the registration."""
        ready = self.wait(registration, lambda page: page.marks.get("situation") != "opening")
        sheet = self._browser.open(ready.link("cashier"))
        return self._browser.submit(sheet, sheet.form("cashier"), button=0)

    def cancel(self, registration: PageShown) -> PageShown:
        """Give the registration up."""
        page = self._browser.open(registration.address)
        return self._browser.submit(page, page.form("/cancel"))

    def press(self, page: PageShown, action: str) -> PageShown:
        """Send the form of a page that is shown, as it stands."""
        return self._browser.submit(page, page.form(action))

    def fill(self, page: PageShown, form: Form, **typed: str) -> PageShown:
        """Send a form with something else typed into it."""
        return self._browser.submit(page, form, tick_all=False, button=0, **typed)

    def open(self, address: str) -> PageShown:
        """Any page by its address."""
        return self._browser.open(address)

    def save(self, address: str) -> bytes:
        """A file that a page offers."""
        return self._browser.save(address)

    def look(self, page: PageShown) -> PageShown:
        """The same page again."""
        return self._browser.open(page.address)

    def page(self, path: str) -> PageShown:
        """A page of the vertical by its path."""
        return self._browser.open(f"{self._pages}/{path}")

    def wait(self, page: PageShown, done: Callable[[PageShown], bool]) -> PageShown:
        """Look at a page again until it shows what is waited for."""
        return self._browser.wait(page, done, tries=PATIENCE, pause=lambda: self._clock.sleep(PAUSE_SECONDS))

    def wait_for(self, page: PageShown, situation: str) -> PageShown:
        """Until the payment of a registration or bill has come to `situation`, and what it is for has followed."""
        # What was paid for follows its payment in a transaction of its own, and is "paid" until then.
        not_yet = {"paid"} if situation == "done" else set()

        def has_come(shown: PageShown) -> bool:
            return shown.marks.get("situation") == situation and shown.marks.get("state") not in not_yet

        return self.wait(page, has_come)

    def family(self, path: str = "") -> PageShown:
        """A page about those for whom this phone's owner acts, and who acts for them."""
        return self._browser.open(f"{self._window}/family{path}")

    def add_child(self, name: str, id_number: str) -> PageShown:
        """Add a child under fourteen as its guardian; the pages are about the child then."""
        page = self.family("/child")
        return self.fill(page, page.form("/child"), name=name, id_number=id_number, agreed="yes")

    def invite(self, *rights: str) -> PageShown:
        """Make a code for somebody who may act for this phone's owner; it is the page's mark `code`."""
        page = self.family("/for-me")
        form = next(form for form in page.forms if form.boxes)
        return self.fill(page, form, **dict.fromkeys(rights, "yes"))

    def accept(self, code: str) -> PageShown:
        """Type somebody's code; the pages are about them then."""
        page = self.family("/code")
        return self.fill(page, page.form("/code"), code=code)

    def act_for(self, position: int) -> PageShown:
        """Let the pages be about the first, second … of those who are not chosen now."""
        page = self.family()
        forms = [form for form in page.forms if form.action.endswith("/choose")]
        return self._browser.submit(page, forms[position])

    def withdraw(self) -> PageShown:
        """End what the first of those who act for this phone's owner may do."""
        page = self.family("/for-me")
        return self._browser.submit(page, page.form("/withdraw"))
