"""A gateway that signs whatever a test lets it answer."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from adapters import registry
from adapters.alipay.wallet import AlipayWallet
from adapters.http import Request, Response, Transport
from adapters.manifest import AdapterContext
from hospital_bridge.sandbox.alipay.certificates import new_key, public_pem
from tests.sandbox.alipay.running import RunningSandbox

_ALIPAY = new_key()


class SignedAnswers:
    """Gives every call the same node under the same name, truly signed by Alipay."""

    def __init__(self, name: str, node: str) -> None:
        signature = base64.b64encode(_ALIPAY.sign(node.encode(), PKCS1v15(), SHA256())).decode()
        self._body = f'{{"{name}":{node},"sign":"{signature}"}}'.encode()
        self.asked: list[Request] = []

    def send(self, request: Request) -> Response:
        self.asked.append(request)
        return Response(200, {}, self._body)


def wallet_over(sandbox: RunningSandbox, network: Transport, **changes: object) -> AlipayWallet:
    """A new app's wallet which calls over that network."""
    manifest = registry.manifest("alipay")
    written = sandbox.written(sandbox.world.new_app())
    if isinstance(network, SignedAnswers):
        written["alipay_public_key"] = public_pem(_ALIPAY.public_key())
    loaded = manifest.settings_schema().load({**written, **changes})
    built = registry.build(manifest, loaded, AdapterContext(sandbox.clock.now, network, sandbox.world.ids.new))
    assert isinstance(built, AlipayWallet)
    return built
