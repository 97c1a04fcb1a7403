"""OAuth at the sandbox: one-use codes and access tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hospital_bridge.clock import Ids
from hospital_bridge.sandbox.alipay.accounts import WalletUser
from hospital_bridge.sandbox.alipay.refusals import Refusal

CODE_LIFETIME = timedelta(minutes=3)
TOKEN_LIFETIME = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a wallet user allowed an app to read, until when."""

    app_id: str
    user: WalletUser
    scope: str
    until: datetime


class Grants:
    """Codes and tokens; the caller holds the world's lock."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}

    def allow(self, app_id: str, user: WalletUser, scope: str, at: datetime) -> str:
        """The code that the consent page hands to the app."""
        code = self._ids.new()
        self._codes[code] = Grant(app_id, user, scope, at + CODE_LIFETIME)
        return code

    def redeem(self, app_id: str, code: str, at: datetime) -> tuple[str, Grant]:
        """A token for a code, once."""
        grant = self._codes.pop(code, None)
        if grant is None or grant.app_id != app_id or grant.until < at:
            raise Refusal("40002", "isv.code-invalid", "授权码code无效")
        token = f"authbsea{self._ids.new()}"
        self._tokens[token] = Grant(app_id, grant.user, grant.scope, at + TOKEN_LIFETIME)
        return token, grant

    def granted(self, app_id: str, token: str, at: datetime) -> Grant:
        """What a token allows."""
        grant = self._tokens.get(token)
        if grant is None or grant.app_id != app_id:
            raise Refusal("20001", "aop.invalid-auth-token", "无效的访问令牌")
        if grant.until < at:
            raise Refusal("20001", "aop.auth-token-time-out", "访问令牌已过期")
        return grant
