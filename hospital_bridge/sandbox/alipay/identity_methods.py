"""OAuth token and user information (wallet reference 1.5)."""

from __future__ import annotations

from hospital_bridge.sandbox.alipay.grants import TOKEN_LIFETIME
from hospital_bridge.sandbox.alipay.refusals import Refusal, missing
from hospital_bridge.sandbox.alipay.request import GatewayRequest
from hospital_bridge.sandbox.alipay.world import AlipayWorld

_SEX_DIGIT = 16


def oauth_token(world: AlipayWorld, request: GatewayRequest) -> dict[str, object]:
    """`alipay.system.oauth.token`: a token for the code of the consent page."""
    if request.parameters.get("grant_type") != "authorization_code":
        raise Refusal("40002", "isv.grant-type-invalid", "grant_type参数不正确")
    now = world.clock.now()
    token, grant = world.grants.redeem(request.app.app_id, request.parameters.get("code", ""), now)
    seconds = str(int(TOKEN_LIFETIME.total_seconds()))
    return {
        "user_id": grant.user.user_id,
        "open_id": grant.user.open_id,
        "access_token": token,
        "refresh_token": f"authrsea{world.ids.new()}",
        "expires_in": seconds,
        "re_expires_in": seconds,
        "auth_start": now.strftime("%Y-%m-%d %H:%M:%S"),
    }


def user_info_share(world: AlipayWorld, request: GatewayRequest) -> dict[str, object]:
    """`alipay.user.info.share`: the real name only with the field permission and the scope `auth_user`."""
    if not request.parameters.get("auth_token"):
        raise missing("auth-token")
    grant = world.grants.granted(request.app.app_id, request.parameters["auth_token"], world.clock.now())
    user = grant.user
    fields: dict[str, object] = {"user_id": user.user_id, "open_id": user.open_id}
    if grant.scope != "auth_user":
        return fields
    fields |= {"nick_name": f"{user.name[0]}**", "is_certified": "T"}
    if not request.app.reads_identity:
        return fields
    gender = "m" if int(user.cert_no[_SEX_DIGIT]) % 2 else "f"
    verified = {"user_name": user.name, "cert_type": "0", "cert_no": user.cert_no, "mobile": user.mobile}
    return {**fields, **verified, "gender": gender}
