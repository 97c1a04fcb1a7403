"""Messages to the users of a mini program (wallet reference 1.5); whoever has unfollowed gets none."""

from __future__ import annotations

import json

from hospital_bridge.sandbox.alipay.mail import Sent
from hospital_bridge.sandbox.alipay.refusals import business, invalid_content
from hospital_bridge.sandbox.alipay.request import GatewayRequest
from hospital_bridge.sandbox.alipay.world import AlipayWorld

LONGEST_KEYWORD = 50


def send_template(world: AlipayWorld, request: GatewayRequest) -> dict[str, object]:
    """`alipay.open.app.mini.templatemessage.send`."""
    content = request.content
    for name in ("user_template_id", "page", "data"):
        if not content.get(name):
            raise invalid_content(f"{name}不能为空")
    to_user_id, to_open_id = content.get("to_user_id"), content.get("to_open_id")
    user = next((u for u in world.users.values() if to_user_id == u.user_id or to_open_id == u.open_id), None)
    if user is None:
        raise business("USER_NOT_EXIST", "用户不存在")
    if user.user_id in world.mail.unfollowed:
        raise business("USER_NOT_SUBSCRIBED", "用户未订阅")
    keywords = _keywords(str(content["data"]))
    if any(len(value) > LONGEST_KEYWORD for value in keywords.values()):
        raise business("USER_KEYWORD_LENGTH_ERROR", "关键词超长")
    world.mail.sent.append(
        Sent(request.app.app_id, user.user_id, str(content["user_template_id"]), str(content["page"]), keywords)
    )
    return {}


def _keywords(data: str) -> dict[str, str]:
    try:
        return {name: str(given["value"]) for name, given in json.loads(data).items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise invalid_content("data不是合法的JSON") from None
