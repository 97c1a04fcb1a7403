"""The hidden fields of every form: one binds it to the session, the other makes a repeated sending harmless."""

from __future__ import annotations

import hashlib
import hmac
import re
from unicodedata import normalize

from flask import g, request
from markupsafe import Markup

from adapters.errors import Malformed
from adapters.money import fen_from_yuan
from adapters.values import Fen
from hospital_bridge.errors import BridgeError
from hospital_bridge.web.session_cookie import ensure_session
from hospital_bridge.web.visit import site, visit

CSRF = "_csrf"
KEY = "_idempotency"
HIDDEN = frozenset({CSRF, KEY})
PASSWORD = "password"  # noqa: S105  # the name of a field
SEEN = "seen_fen"
_DIGITS = 15
_IN_THOUSANDS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,2})?")
UNKEPT = frozenset({CSRF, KEY, PASSWORD})
"""Fields of which not even a digest is kept: that of a password could be guessed at."""


def hidden_fields() -> Markup:
    """Both fields, for a form of this page."""
    ensure_session()
    g.forms = g.get("forms", 0) + 1
    key = f"{page_key()}-{g.forms}"
    field = Markup('<input type="hidden" name="{}" value="{}">')
    return field.format(CSRF, csrf_token(visit().secret)) + field.format(KEY, key)


def seen_fen() -> int:
    """The sum on which whoever sent the form based it, in fen; -1, which no sum is, where the form does not say."""
    told = request.form.get(SEEN, "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= _DIGITS else -1


def fen_typed(text: str) -> Fen | None:
    """Fen of a sum in yuan as people type it, such as `¥1,200.00` or in full-width figures; None of what is no sum."""
    plain = normalize("NFKC", text).strip().removeprefix("¥").removesuffix("元").strip()
    try:
        return fen_from_yuan(plain.replace(",", "") if _IN_THOUSANDS.fullmatch(plain) else plain)
    except Malformed:
        return None


def number_typed(text: str) -> str:
    """A number as it is kept, of one that a person typed in full-width letters, with blanks or with what is unseen."""
    return "".join(each for each in normalize("NFKC", text) if each.isprintable() and not each.isspace())


def page_key() -> str:
    """The part that the idempotency keys of all forms of this page share."""
    if "page_key" not in g:
        g.page_key = site().ids.secret()
    return str(g.page_key)


def csrf_token(secret: str) -> str:
    """What a form of that session must bring along; it tells nothing about the secret."""
    return hashlib.sha256(f"form of {secret}".encode()).hexdigest()


def check_csrf() -> None:
    """HB-A003 unless the form was made for this session."""
    secret = visit().secret
    if not secret or not hmac.compare_digest(csrf_token(secret).encode(), request.form.get(CSRF, "").encode()):
        raise BridgeError("HB-A003")
