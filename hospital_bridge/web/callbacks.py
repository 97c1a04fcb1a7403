"""Where wallets send their notices and a hospital's systems their hints; these addresses never change."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, g, request

from adapters.errors import OutsideError
from hospital_bridge.errors import BridgeError
from hospital_bridge.web.access import SYSTEM, WALLET, open_to
from hospital_bridge.web.client_address import address_bucket
from hospital_bridge.web.limits import REFUSED_NOTICES, note, refuse_if_exceeded
from hospital_bridge.web.visit import site

blueprint = Blueprint("callbacks", __name__, url_prefix="/callbacks/v1/<operator>")


@blueprint.post("/<account>")
@open_to(WALLET)
def notice(account: str) -> Response:
    """Hand the received bytes to the account's receiver and answer in the wallet's own words.

    Whoever keeps sending what is forged or no notice at all is turned away for a while: each try leaves a security
    event. A wallet whose true notices are about no order of ours goes on being heard.
    """
    wallet = site().operators[g.operator_id].wallets.get(account)
    if wallet is None:
        raise BridgeError("HB-R002")
    refuse_if_exceeded(g.operator_id, bucket := f"notice:{address_bucket()}", REFUSED_NOTICES)
    answer = wallet.receive_notice(request.get_data(parse_form_data=False), dict(request.headers.items()))
    if not answer.genuine:
        note(g.operator_id, bucket, REFUSED_NOTICES)
    return Response(answer.body, answer.status, content_type=answer.content_type)


@blueprint.post("/systems/<system>")
@blueprint.route("/systems/<system>/<path:_about>", methods=["POST", "PUT"])
@open_to(SYSTEM)
def hint(system: str, _about: str = "") -> Response:
    """A system of the hospital's says that there is something to fetch; what it sends beside that is not read.

    A FHIR server whose subscription has a payload writes each resource under its own name below the address.
    """
    take = site().operators[g.operator_id].hints.get(system)
    if take is None:
        raise BridgeError("HB-R002")
    refuse_if_exceeded(g.operator_id, bucket := f"hint:{address_bucket()}", REFUSED_NOTICES)
    try:
        take(request.get_data(parse_form_data=False), dict(request.headers.items()))
    except OutsideError:
        note(g.operator_id, bucket, REFUSED_NOTICES)
        return Response(status=HTTPStatus.FORBIDDEN)
    return Response(status=HTTPStatus.NO_CONTENT)
