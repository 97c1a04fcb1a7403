"""The wallet's own pages at another origin: it asks its user and sends them back."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from flask import Flask, request

HEAD = '<!doctype html><title>Wallet</title><link rel="icon" href="data:,">'
USER = "2088000000000001"


def make_wallet_pages() -> Flask:
    """Two pages: the question whether to sign in, and the payment sheet."""
    app = Flask("wallet")

    @app.get("/authorise")
    def authorise() -> str:
        back = f"{request.args['redirect_uri']}?{urlencode({'auth_code': USER, 'state': request.args['state']})}"
        return f'{HEAD}<a id="agree" href="{escape(back)}">Agree</a>'

    @app.get("/pay")
    def pay() -> str:
        return f"{HEAD}<p>Pay</p>"

    return app
