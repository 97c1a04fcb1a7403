"""What each method of the gateway does; a method answers with its node's fields or raises a Refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hospital_bridge.sandbox.alipay import bill_methods, identity_methods, message_methods, pass_methods, trade_methods
from hospital_bridge.sandbox.alipay.refusals import invalid
from hospital_bridge.sandbox.alipay.request import GatewayRequest
from hospital_bridge.sandbox.alipay.world import AlipayWorld

Method = Callable[[AlipayWorld, GatewayRequest], dict[str, object]]

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "alipay.system.oauth.token": identity_methods.oauth_token,
        "alipay.user.info.share": identity_methods.user_info_share,
        "alipay.trade.create": trade_methods.create,
        "alipay.trade.precreate": trade_methods.precreate,
        "alipay.trade.query": trade_methods.query,
        "alipay.trade.close": trade_methods.close,
        "alipay.trade.refund": trade_methods.refund,
        "alipay.trade.fastpay.refund.query": trade_methods.refund_query,
        "alipay.open.app.mini.templatemessage.send": message_methods.send_template,
        "alipay.pass.template.add": pass_methods.add_template,
        "alipay.pass.instance.add": pass_methods.add_instance,
        "alipay.pass.instance.update": pass_methods.update_instance,
        "alipay.data.dataservice.bill.downloadurl.query": bill_methods.download_url,
    }
)

_WITHOUT_CODE = frozenset({"alipay.system.oauth.token"})


def performed(world: AlipayWorld, request: GatewayRequest) -> dict[str, object]:
    """The node of a successful call; the whole method runs under the world's lock."""
    method = METHODS.get(request.method)
    if method is None:
        raise invalid("method")
    with world.lock:
        world.expire_overdue()
        fields = method(world, request)
    return fields if request.method in _WITHOUT_CODE else {"code": "10000", "msg": "Success", **fields}
