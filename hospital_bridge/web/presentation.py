"""How pages say money, days and instants: in yuan, in the operator's zone, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import segno
from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.lists import format_list
from flask import g, request
from markupsafe import Markup

from adapters.money import yuan_from_fen
from hospital_bridge.cards.code import grouped
from hospital_bridge.web.access import Area
from hospital_bridge.web.visit import site, visit
from queueing.board import masked

_DAYS = {"zh-CN": "M月d日 EEEE", "en": "EEEE d MMMM"}
_MOMENTS = {"zh-CN": "M月d日 EEEE HH:mm", "en": "EEEE d MMMM, HH:mm"}
# Given a name, Babel searches all its locales again for each instant on a page.
_LOCALES = {"zh-CN": Locale.parse("zh_CN"), "en": Locale.parse("en")}
_STAMPS = "yyyy-MM-dd HH:mm:ss"


def yuan(fen: int) -> str:
    """An amount such as `¥12.30`, or `-¥12.30`."""
    return f"{'-' if fen < 0 else ''}¥{yuan_from_fen(abs(fen))}"


def day(value: date) -> str:
    """A day with its weekday."""
    return str(format_date(value, _DAYS[_language()], locale=_locale()))


def day_of_year(value: datetime) -> str:
    """The day of an instant on the operator's clock with its year, for what may lie years back."""
    return str(format_date(value.astimezone(visit().operator.timezone).date(), "long", locale=_locale()))


def moment(value: datetime) -> str:
    """A day and time on the operator's clock."""
    return str(format_datetime(value.astimezone(visit().operator.timezone), _MOMENTS[_language()], locale=_locale()))


def until(value: datetime) -> str:
    """The end of something on the operator's clock; midnight belongs to the day that it ends, as 24:00."""
    local = value.astimezone(visit().operator.timezone)
    if local.time() != time():
        return moment(value)
    pattern = _MOMENTS[_language()].replace("HH:mm", "'24:00'")
    return str(format_datetime(local.replace(tzinfo=None) - timedelta(days=1), pattern, locale=_locale()))


def one_of(words: Sequence[str]) -> str:
    """The words as a choice, such as `A, B or C`."""
    return str(format_list(words, "or", locale=_locale()))


def clock_time(value: datetime) -> str:
    """A time on the operator's clock."""
    return str(format_time(value.astimezone(visit().operator.timezone), "HH:mm", locale=_locale()))


def minutes_ahead(value: datetime) -> int:
    """How far the operator's clock is ahead of UTC at an instant, in minutes."""
    ahead = value.astimezone(visit().operator.timezone).utcoffset() or timedelta()
    return minutes(ahead)


def stamp(value: datetime | None) -> str:
    """An instant to the second, for staff; a dash where there is none."""
    if value is None:
        return "–"
    return str(format_datetime(value.astimezone(visit().operator.timezone), _STAMPS, locale=_locale()))


def masked_number(value: str) -> str:
    """A record number of which the last four characters show."""
    return "•" * max(len(value) - 4, 0) + value[-4:]


def switched(**choice: str) -> str:
    """This page in another language or mode; the first page where this one was answered to a form."""
    path = request.path if request.method == "GET" else _first_page()
    return f"{path}?{urlencode(_asked() | choice)}"


def this_page() -> str:
    """The address of this page, to come back to; the first page where this one was answered to a form.

    A page that itself leads back to another one names that, or each round through it would make the address longer.
    """
    if request.method != "GET":
        return _first_page()
    asked = _asked()
    if asked.get("next"):
        return asked["next"]
    return f"{request.path}?{urlencode(asked)}" if asked else request.path


def _first_page() -> str:
    here = visit()
    return f"/{'staff' if here.area is Area.STAFF else 'p'}/{here.operator.id}/"


def _asked() -> dict[str, str]:
    return {name: value for name, value in request.args.items() if name not in ("lang", "mode")}


def coming_back(sheet: str) -> str:
    """The address of a payment sheet that leads back to this page, where the wallet's setting has a place for it."""
    return sheet.replace("{return_url}", quote(site().public_url + request.path, safe=""))


def _language() -> str:
    return visit().look.language if "visit" in g else "zh-CN"


def _locale() -> Locale:
    return _LOCALES[_language()]


def minutes(value: timedelta) -> int:
    """A span in whole minutes."""
    return int(value.total_seconds() // 60)


def outside(path: str) -> str:
    """The full address of a path, for what is read off a screen."""
    return f"{site().public_url}{path}"


def qr(content: str | bytes) -> Markup:
    """A QR code of text or bytes (ISO/IEC 18004, error correction M) as SVG markup that fills its box."""
    drawn = segno.make(content, error="m", micro=False).svg_inline(
        scale=8, svgclass="hb-qr", lineclass=None, omitsize=True
    )
    return Markup(drawn)  # noqa: S704  # the library writes paths only, none of the content itself


FILTERS: dict[str, Any] = {
    "clock_time": clock_time,
    "code_groups": grouped,
    "one_of": one_of,
    "until": until,
    "coming_back": coming_back,
    "day": day,
    "day_of_year": day_of_year,
    "masked_name": masked,
    "masked_number": masked_number,
    "minutes": minutes,
    "minutes_ahead": minutes_ahead,
    "moment": moment,
    "outside": outside,
    "qr": qr,
    "stamp": stamp,
    "yuan": yuan,
}
