"""A merchant who signs by hand: the gateway's wire, without any client of ours."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import urllib3
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hospital_bridge.sandbox.alipay.accounts import AppCredentials
from tests.sandbox.alipay.running import RunningSandbox


@dataclass
class Merchant:
    """One app; `post` sends everything in the body unless told otherwise."""

    sandbox: RunningSandbox
    credentials: AppCredentials
    pool: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    def parameters(self, method: str, content: Mapping[str, object], /, **changes: str) -> dict[str, str]:
        local = self.sandbox.clock.now() + timedelta(hours=8)
        unsigned = {
            "app_id": self.credentials.app_id,
            "method": method,
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": local.strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False),
            **changes,
        }
        return self.signed({name: value for name, value in unsigned.items() if value})

    def signed(self, parameters: dict[str, str]) -> dict[str, str]:
        key = load_pem_private_key(self.credentials.private_key.encode(), password=None)
        assert isinstance(key, RSAPrivateKey)
        text = "&".join(f"{name}={parameters[name]}" for name in sorted(parameters))
        encoding = parameters.get("charset", "utf-8")
        signature = key.sign(text.encode(encoding), PKCS1v15(), SHA256())
        return {**parameters, "sign": base64.b64encode(signature).decode()}

    def post(self, parameters: dict[str, str]) -> bytes:
        answer = self.pool.request(
            "POST", f"{self.sandbox.base_url}/gateway.do", fields=parameters, encode_multipart=False
        )
        assert answer.status == 200
        return answer.data

    def call(self, method: str, content: Mapping[str, object], /, **changes: str) -> dict[str, object]:
        answer = json.loads(self.post(self.parameters(method, content, **changes)))
        node = next(iter(answer.values()))
        assert isinstance(node, dict)
        return node
