"""The API of the verticals: from `Resource` data to routes, so that none can bypass the keys and their scopes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, jsonify, request, url_for
from marshmallow import EXCLUDE, ValidationError
from werkzeug.wrappers import Response

from hospital_bridge.errors import BridgeError
from hospital_bridge.slot import PageRequest, Resource, Told
from hospital_bridge.web.access import Access, Area
from hospital_bridge.web.caller import caller
from hospital_bridge.web.once import command_key
from hospital_bridge.web.site import Site
from hospital_bridge.web.visit import site


def plug_resources(app: Flask, site: Site) -> None:
    """Route every resource of every vertical that some operator has."""
    for vertical in site.verticals:
        for resource in vertical.resources:
            _route(app, vertical.manifest.name, resource)


def endpoint(vertical: str, resource: str) -> str:
    """The name under which a vertical's resource is routed."""
    return f"{vertical}:api:{resource}"


def _route(app: Flask, vertical: str, resource: Resource) -> None:
    view = _view(vertical, resource)
    view.access = Access(Area.API, role=resource.scope)  # type: ignore[attr-defined]  # as in dispatch
    path = f"/api/v1/<operator>/{vertical}/{resource.path}"
    app.add_url_rule(path, endpoint(vertical, resource.name), view, methods=[resource.method])


def _view(vertical: str, resource: Resource) -> Callable[..., Any]:
    def view(**parts: str) -> Response:
        who = caller()
        plugged = site().operators[who.operator_id].verticals.get(vertical)
        if plugged is None:
            raise BridgeError("HB-R002")
        data = {**parts, **_read(resource, parts)}
        asked = PageRequest(plugged.asked(), who.actor, data, command_key=command_key())
        return _answer(vertical, who.operator_id, resource.handler(asked))

    return view


def _read(resource: Resource, parts: Mapping[str, str]) -> Mapping[str, Any]:
    """The JSON body (of a GET the query) as the schema accepts it; HB-R001 otherwise."""
    if resource.schema is None:
        return {}
    try:
        body = request.args.to_dict() if request.method == "GET" else request.get_json(silent=True)
    except RecursionError as too_deep:
        raise BridgeError("HB-R001") from too_deep
    if not isinstance(body, dict):
        raise BridgeError("HB-R001")
    try:
        read: Mapping[str, Any] = resource.schema(unknown=EXCLUDE).load({**body, **parts})
    except ValidationError as fault:
        raise BridgeError("HB-R001") from fault
    return read


def _answer(vertical: str, operator_id: str, told: Told) -> Response:
    response = jsonify(told.data)
    response.status_code = told.status
    if told.at:
        values: dict[str, Any] = {"operator": operator_id, **told.params}
        response.headers["Location"] = url_for(endpoint(vertical, told.at), **values)
    return response
