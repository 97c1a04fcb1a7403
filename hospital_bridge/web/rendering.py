"""The template environment: the core's templates, each vertical's under its name, and the words of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from gettext import NullTranslations
from typing import Any, cast

from flask import Flask, current_app, g
from jinja2 import BaseLoader, ChoiceLoader, PackageLoader, PrefixLoader, StrictUndefined

from hospital_bridge.web.assets import Asset
from hospital_bridge.web.dispatch import gives_out_cards, may_call, may_redeem, page_address, staff_menu
from hospital_bridge.web.forms import hidden_fields
from hospital_bridge.web.live import looks_again
from hospital_bridge.web.look import Look
from hospital_bridge.web.messages import unread
from hospital_bridge.web.presentation import FILTERS, switched, this_page
from hospital_bridge.web.site import Site
from hospital_bridge.web.translation import LANGUAGES, load_catalogues
from hospital_bridge.web.visit import address


def prepare_templates(app: Flask, site: Site, assets: Mapping[str, Asset]) -> None:
    """Loaders, filters, globals and translations; MissingCatalogue when the catalogues were not compiled."""
    packages = {
        name: plugged.vertical.templates
        for operator in site.operators.values()
        for name, plugged in operator.verticals.items()
        if plugged.vertical.templates
    }
    app.jinja_loader = _loader(packages)
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update(FILTERS)
    environment.globals.update(_words_of_templates(site, assets))
    environment.globals.update(_gettext(_catalogues(site)))
    app.context_processor(_context)


def _loader(packages: Mapping[str, str]) -> BaseLoader:
    verticals = {name: PackageLoader(package) for name, package in packages.items()}
    return ChoiceLoader([PackageLoader("hospital_bridge.web"), PrefixLoader(verticals)])


def _words_of_templates(site: Site, assets: Mapping[str, Asset]) -> dict[str, Any]:
    def asset(name: str) -> str:
        return f"/static/{assets[name].digest}/{name}"

    return {
        "address": address,
        "asset": asset,
        "hidden_fields": hidden_fields,
        "languages": LANGUAGES,
        "looks_again": looks_again,
        "operators": site.operators,
        "page_address": page_address,
        "gives_out_cards": gives_out_cards,
        "may_call": may_call,
        "may_redeem": may_redeem,
        "staff_menu": staff_menu,
        "switched": switched,
        "this_page": this_page,
        "unread_messages": unread,
    }


Catalogues = Mapping[str, NullTranslations]
"""By language."""


def _catalogues(site: Site) -> dict[tuple[str, str], Catalogues]:
    """By operator and by the vertical whose page it is; "" is nobody's.

    A vertical is asked first on its own pages, so that two trades may say one English sentence differently; then the
    operator's wordings of the core's sentences, the core, and the operator's other verticals.
    """
    load = cache(load_catalogues)
    found: dict[tuple[str, str], Catalogues] = {("", ""): load((), ())}
    for operator in site.operators.values():
        verticals = [plugged.vertical for plugged in operator.verticals.values()]
        packages = tuple(vertical.templates for vertical in verticals if vertical.templates)
        wordings = tuple(vertical.wording for vertical in verticals if vertical.wording)
        found[operator.id, ""] = load(packages, wordings)
        for vertical in verticals:
            own = (vertical.templates,) if vertical.templates else ()
            found[operator.id, vertical.manifest.name] = load(packages, (*own, *wordings))
    return found


def _gettext(catalogues: Mapping[tuple[str, str], Catalogues]) -> dict[str, Any]:
    """`_` and `ngettext` for templates; unlike Jinja's own they never mark a text as safe.

    Some message ids are data, such as the hospital's reason for a refusal.
    """

    def gettext(message: str, **fillings: str) -> str:
        text = _spoken(catalogues).gettext(message)
        return text % fillings if fillings else text

    def ngettext(one: str, many: str, num: int) -> str:
        return _spoken(catalogues).ngettext(one, many, num) % {"num": num}

    return {"_": gettext, "ngettext": ngettext}


def spoken(message: str) -> str:
    """A message id in the reader's language, for what is written without a template."""
    return cast("Callable[[str], str]", current_app.jinja_env.globals["_"])(message)


def _spoken(catalogues: Mapping[tuple[str, str], Catalogues]) -> NullTranslations:
    where = (g.visit.operator.id, g.get("vertical", "")) if "visit" in g else ("", "")
    return catalogues[where][_look().language]


def _look() -> Look:
    return g.visit.look if "visit" in g else Look("zh-CN")


def _context() -> dict[str, Any]:
    return {
        "visit": g.get("visit"),
        "look": _look(),
        "refresh_seconds": g.get("refresh_seconds"),
        "asks_position": g.get("asks_position", False),
    }
