"""Language and care mode: from the address, else from the reader's cookie, else as kept for them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Response, g, request

from hospital_bridge.web.translation import LANGUAGES

COOKIE = "hb_look"
YEAR_SECONDS = 365 * 24 * 3600
MODES = ("standard", "care")
MOUNTING = "devices.entry"
"""Where a screen is mounted: what is chosen anywhere else on it is one person's choice, and gone with them."""


@dataclass(frozen=True, slots=True)
class Look:
    """How pages look for one reader; `mode` is `standard` or `care` (关怀版)."""

    language: str
    mode: str = "standard"

    @property
    def care(self) -> bool:
        return self.mode == "care"


def chosen_look(kept_language: str) -> Look:
    """The look of this request, given the language that is kept for its reader."""
    look = _remembered(Look(kept_language))
    language, mode = request.args.get("lang", ""), request.args.get("mode", "")
    if language in LANGUAGES:
        look = replace(look, language=language)
    if mode in MODES:
        look = replace(look, mode=mode)
    return look


def remember_look(response: Response, *, secure: bool) -> Response:
    """Keep in the reader's cookie what the address asked for; a shared screen keeps what it was mounted with."""
    arrived = g.get("visit")
    is_own = request.endpoint == MOUNTING or arrived is None or arrived.device is None
    if arrived is not None and is_own and ("lang" in request.args or "mode" in request.args):
        value = f"{arrived.look.language}/{arrived.look.mode}"
        response.set_cookie(COOKIE, value, max_age=YEAR_SECONDS, secure=secure, httponly=True, samesite="Lax")
    return response


def _remembered(look: Look) -> Look:
    language, _, mode = request.cookies.get(COOKIE, "").partition("/")
    if language not in LANGUAGES or mode not in MODES:
        return look
    return Look(language, mode)
