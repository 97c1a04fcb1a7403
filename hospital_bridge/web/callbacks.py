"""Where wallets send their notices; these addresses never change."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from hospital_bridge.errors import BridgeError
from hospital_bridge.web.access import WALLET, open_to
from hospital_bridge.web.visit import site

blueprint = Blueprint("callbacks", __name__, url_prefix="/callbacks/v1/<operator>")


@blueprint.post("/<account>")
@open_to(WALLET)
def notice(account: str) -> Response:
    """Hand the received bytes to the account's receiver and answer in the wallet's own words."""
    wallet = site().operators[g.operator_id].wallets.get(account)
    if wallet is None:
        raise BridgeError("HB-R002")
    answer = wallet.receive_notice(request.get_data(parse_form_data=False), dict(request.headers.items()))
    return Response(answer.body, answer.status, content_type=answer.content_type)
