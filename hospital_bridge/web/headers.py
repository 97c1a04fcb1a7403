"""Headers that keep a page where it belongs: no foreign script, no frame, nothing left in a shared cache."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, g

FIXED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def secure_headers(response: Response, *, https: bool) -> Response:
    """Every reply's headers; `g.form_targets` names the origins to which a form of this page may lead.

    Only where `g.asks_position` may the page read where the phone is.
    """
    response.headers.update(FIXED)
    position = "self" if g.get("asks_position") else ""
    response.headers["Permissions-Policy"] = f"camera=(), geolocation=({position}), microphone=()"
    response.headers["Content-Security-Policy"] = policy(g.get("form_targets", ()))
    response.headers.setdefault("Cache-Control", "no-store")
    if https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def policy(form_targets: Sequence[str]) -> str:
    """The Content-Security-Policy; browsers hold `form-action` against redirects too, so a wallet must be named."""
    targets = " ".join(["'self'", *form_targets])
    return (
        "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
        f"img-src 'self' data:; form-action {targets}"
    )
