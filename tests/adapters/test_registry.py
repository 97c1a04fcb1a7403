from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from marshmallow import Schema

from adapters import registry
from adapters.errors import Refused
from adapters.http import UrllibTransport
from adapters.manifest import AdapterContext, Factory, Manifest
from adapters.values import VerifiedIdentity, WalletGrant


class Passport:
    """An adapter which keeps its word about WalletIdentity."""

    def authorise_url(self, *, redirect_uri: str, state: str) -> str:
        return redirect_uri + state

    def exchange(self, code: str) -> WalletGrant:
        raise Refused("no")

    def verified_identity(self, grant: WalletGrant) -> VerifiedIdentity:
        raise Refused("no")


class Forgetful:
    """An adapter which lacks a method and takes other parameters in another."""

    def authorise_url(self, *, redirect_uri: str, state: str) -> str:
        return redirect_uri + state

    def exchange(self, auth_code: str) -> WalletGrant:
        raise Refused("no")


CONTEXT = AdapterContext(lambda: datetime(2026, 1, 1, tzinfo=UTC), UrllibTransport(), lambda: "0" * 32)


def builder_of(kind: type[object]) -> Factory:
    return lambda _settings, _context: kind()


DECLARED = Manifest(
    name="passport",
    title="",
    provides=frozenset({"WalletIdentity"}),
    settings_schema=Schema,
    build=builder_of(Passport),
)


def test_our_own_adapters_are_installed_and_keep_their_manifests() -> None:
    assert registry.manifest("alipay").provides == {"WalletCards", "WalletIdentity", "WalletMessages", "WalletPayments"}


def test_an_unknown_adapter_is_named_with_those_that_there_are() -> None:
    with pytest.raises(registry.AdapterFault, match=r"no adapter 'alpay' is installed; installed: alipay"):
        registry.manifest("alpay")


@pytest.mark.parametrize(
    ("loaded", "text"),
    [
        (Passport(), "points to Passport, not to a Manifest"),
        (replace(DECLARED, name="visa"), "calls itself 'visa'"),
        (replace(DECLARED, provides=frozenset({"WalletCasino"})), "unknown ports: WalletCasino"),
        (replace(DECLARED, provides=frozenset({"Trade", "Protocol"})), "unknown ports: Protocol, Trade"),
    ],
)
def test_a_package_that_registers_something_else_is_named(loaded: object, text: str) -> None:
    with pytest.raises(registry.AdapterFault, match=text) as caught:
        registry.checked(loaded, "passport", "vendor-passport")
    assert "vendor-passport" in str(caught.value)


def test_an_adapter_that_keeps_its_word_is_built() -> None:
    assert isinstance(registry.build(DECLARED, {}, CONTEXT), Passport)


def test_an_adapter_that_breaks_its_word_is_told_every_breach() -> None:
    with pytest.raises(registry.AdapterFault) as caught:
        registry.build(replace(DECLARED, build=builder_of(Forgetful)), {}, CONTEXT)
    assert "WalletIdentity.exchange does not take (code)" in str(caught.value)
    assert "WalletIdentity.verified_identity is missing" in str(caught.value)
