"""The pages of the verticals: from `Page` data to routes, so that no page can bypass the guard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, g, redirect
from werkzeug.wrappers import Response

from hospital_bridge.errors import BridgeError
from hospital_bridge.slot import BOARD, KIOSK, PATIENT, Download, Go, Page, PageRequest, Vertical, View
from hospital_bridge.store.staff import EVERYWHERE
from hospital_bridge.web.access import Access, Area
from hospital_bridge.web.form_data import FormData, read_form
from hospital_bridge.web.guard import may_enter
from hospital_bridge.web.live import show
from hospital_bridge.web.once import command_key
from hospital_bridge.web.site import Operator, Plugged, Site
from hospital_bridge.web.visit import AREAS, address, visit

UNPROCESSABLE = 422
_PREFIXES = {area: prefix for prefix, area in AREAS.items()}


def endpoint(vertical: str, page: str) -> str:
    """The name under which a vertical's page is routed."""
    return f"{vertical}:{page}"


def page_of_device(operator: Operator, kind: str) -> str:
    """The endpoint of the first page that a vertical has for devices of that kind; empty where none has."""
    pages = ((name, page) for name, plugged in operator.verticals.items() for page in plugged.vertical.pages)
    return next((endpoint(name, page.name) for name, page in pages if (page.role, page.method) == (kind, "GET")), "")


def plug_pages(app: Flask, site: Site) -> None:
    """Route every page of every vertical that some operator has."""
    for vertical in site.verticals:
        for page in vertical.pages:
            _route(app, vertical, page)


def _route(app: Flask, vertical: Vertical, page: Page) -> None:
    name = vertical.manifest.name
    view = _view(name, page, {each.name: each for each in vertical.pages})
    access = _access(page)
    view.access = access  # type: ignore[attr-defined]  # a function carries its declaration
    app.add_url_rule(
        f"/{_PREFIXES[access.area]}/<operator>/{name}/{page.path}",
        endpoint(name, page.name),
        view,
        methods=[page.method],
    )


def _access(page: Page) -> Access:
    if page.role == PATIENT:
        return Access(Area.PATIENT, asks_position=page.asks_position)
    if page.role in (BOARD, KIOSK):
        return Access(Area.DEVICE, role=page.role)
    return Access(Area.STAFF, role=page.role, heeds_departments=page.heeds_departments)


def _view(vertical: str, page: Page, pages: Mapping[str, Page]) -> Callable[..., Any]:
    def view(**parts: str) -> Response:
        plugged = visit().operator.verticals.get(vertical)
        if plugged is None:
            raise BridgeError("HB-R002")
        g.asks_position = page.asks_position
        form = read_form(page.schema, parts)
        if form.errors:
            return _again(plugged, pages.get(page.again), parts, form)
        return _answer(plugged, page.handler(_asked(plugged, page, form)))

    return view


def _asked(plugged: Plugged, page: Page, form: FormData) -> PageRequest:
    here = visit()
    return PageRequest(
        plugged.asked(),
        here.principal,
        form.values,
        form.errors,
        form.typed,
        place=here.device.place if here.device else (),
        held_for=here.staff.departments(page.role) if here.staff else frozenset(),
        subject_id=here.subject_id,
        command_key=command_key(),
    )


def _again(plugged: Plugged, page: Page | None, parts: Mapping[str, str], broken: FormData) -> Response:
    """The page of a broken form once more, with its errors and what was typed."""
    if page is None:
        raise BridgeError("HB-R001")
    known = read_form(page.schema, parts)
    shown = page.handler(_asked(plugged, page, FormData(known.values, broken.errors, broken.typed)))
    if not isinstance(shown, View):
        return _answer(plugged, shown)
    return _answer(plugged, View(shown.template, shown.data, UNPROCESSABLE), broken)


def _answer(plugged: Plugged, answer: View | Go | Download, form: FormData | None = None) -> Response:
    name = plugged.vertical.manifest.name
    if isinstance(answer, Download):
        return _file(answer)
    if isinstance(answer, Go):
        return redirect(address(endpoint(name, answer.page), **answer.params), 303)
    form = form or FormData({})
    g.vertical = name
    context = {"errors": form.errors, "typed": form.typed, "vertical": name, **answer.data}
    return show(f"{name}/{answer.template}", context, answer.status, answer.refresh_seconds)


def _file(file: Download) -> Response:
    """Saved and never shown in place: what a laboratory sent must not run as a page of this site."""
    response = Response(file.content, content_type=file.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=file.name)
    return response


def staff_menu() -> list[tuple[str, str, str]]:
    """Endpoint, words and role of the pages that this operator's verticals put before their staff."""
    return [
        (endpoint(name, page.name), page.menu, page.role)
        for name, plugged in visit().operator.verticals.items()
        for page in plugged.vertical.pages
        if page.menu and page.role not in (PATIENT, BOARD, KIOSK) and _is_open(page)
    ]


def _is_open(page: Page) -> bool:
    staff = visit().staff
    return staff is not None and may_enter(staff, _access(page))


def may_call() -> bool:
    """Whether this person may call at the desks of some vertical of this operator."""
    staff = visit().staff
    lines = [plugged.vertical.lines for plugged in visit().operator.verticals.values()]
    return staff is not None and any(staff.has(role, EVERYWHERE) for rules in lines if rules for role in rules.callers)


def may_redeem() -> bool:
    """Whether this person may redeem cards of some vertical of this operator."""
    staff = visit().staff
    kinds = [kind for plugged in visit().operator.verticals.values() for kind in plugged.vertical.cards]
    return staff is not None and any(staff.has(role) for kind in kinds for role in kind.redeemers)


def gives_out_cards() -> bool:
    """Whether somebody may hold cards of this operator."""
    return any(plugged.vertical.cards for plugged in visit().operator.verticals.values())


def page_address(vertical: str, page: str, **values: str) -> str:
    """The path of a page of a vertical of this operator."""
    return address(endpoint(vertical, page), **values)
