"""Alipay: client (I/O), mapping (pure), wallet (the ports)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.alipay.client import AlipayClient
from adapters.alipay.settings import AlipaySchema, AlipaySettings, keys_of
from adapters.alipay.wallet import AlipayWallet
from adapters.http import HttpClient
from adapters.manifest import AdapterContext, Manifest, QualityPoint


def build(settings: Mapping[str, Any], context: AdapterContext) -> AlipayWallet:
    """A wallet from what `AlipaySchema` loaded."""
    account = AlipaySettings.of(settings)
    keys = keys_of(settings)
    http = HttpClient(context.transport)
    client = AlipayClient(account.app_id, account.gateway_url, keys, http, context.now)
    return AlipayWallet(account, keys.alipay, client, http)


manifest = Manifest(
    name="alipay",
    title="Alipay",
    provides=frozenset({"WalletCards", "WalletIdentity", "WalletMessages", "WalletPayments"}),
    settings_schema=AlipaySchema,
    build=build,
    quality=(
        QualityPoint("every answer and notice is verified over the received bytes", kept=True),
        QualityPoint("a lost outcome is never taken for a no", kept=True),
        QualityPoint("works in key mode and in certificate mode", kept=True),
        QualityPoint("proved against an independent gateway and a published client", kept=True),
        QualityPoint("passes were tried against Alipay itself, not against the sandbox alone", kept=False),
        QualityPoint("content encryption (AES)", kept=False),
    ),
)
