"""Passes in the card holders of Alipay's users; what is not verified of the real one stands in adapters.alipay."""

from __future__ import annotations

import json

from hospital_bridge.sandbox.alipay.card_holder import Pass
from hospital_bridge.sandbox.alipay.refusals import business, invalid_content
from hospital_bridge.sandbox.alipay.request import GatewayRequest
from hospital_bridge.sandbox.alipay.world import AlipayWorld

ENDS = frozenset({"USED", "CLOSED"})


def add_template(world: AlipayWorld, request: GatewayRequest) -> dict[str, object]:
    """`alipay.pass.template.add`."""
    _object(request, "tpl_content")
    template_id = world.ids.new()
    world.card_holder.templates[template_id] = request.app.app_id
    return _done({"tpl_id": template_id})


def add_instance(world: AlipayWorld, request: GatewayRequest) -> dict[str, object]:
    """`alipay.pass.instance.add`; a serial that was taken gets the pass that it has."""
    template_id = str(request.content.get("tpl_id"))
    if world.card_holder.templates.get(template_id) != request.app.app_id:
        raise business("TEMPLATE_NOT_EXIST", "模板不存在")
    user_id = str(_object(request, "recognition_info").get("user_id"))
    if user_id not in world.users:
        raise business("USER_NOT_EXIST", "用户不存在")
    parameters = {name: str(value) for name, value in _object(request, "tpl_params").items()}
    serial = parameters.get("serialNumber", "")
    world.card_holder.passes.setdefault((request.app.app_id, serial), Pass(user_id, template_id, parameters))
    return _done({"serialNumber": serial})


def update_instance(world: AlipayWorld, request: GatewayRequest) -> dict[str, object]:
    """`alipay.pass.instance.update`."""
    serial = str(request.content.get("serial_number"))
    found = world.card_holder.passes.get((request.app.app_id, serial))
    if found is None:
        raise business("PASS_NOT_EXIST", "卡券不存在")
    status = str(request.content.get("status"))
    if status not in ENDS:
        raise invalid_content("status不合法")
    found.status = status
    return _done({"serialNumber": serial})


def _object(request: GatewayRequest, name: str) -> dict[str, object]:
    try:
        found = json.loads(str(request.content[name]))
    except (KeyError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise invalid_content(f"{name}不是合法的JSON")
    return found


def _done(result: dict[str, str]) -> dict[str, object]:
    return {"success": "T", "result": json.dumps(result)}
