"""Passes over the sandbox's real wire: in the holder's wallet once, shown as used, and a lost answer is no refusal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.alipay.wallet import AlipayWallet
from adapters.errors import NotDone, OutcomeUnknown, Refused
from adapters.http import Timeouts
from adapters.values import WalletAccount
from adapters.wallet_cards import CardAbility, WalletCard, WalletCardState, WalletCardTemplate
from hospital_bridge.sandbox.alipay.card_holder import Pass
from hospital_bridge.sandbox.alipay.faults import Effect, Fault
from hospital_bridge.sandbox.people import WANG_TAO
from tests.sandbox.alipay.running import RunningSandbox

ADD, UPDATE = "alipay.pass.instance.add", "alipay.pass.instance.update"
COFFEE = WalletCardTemplate("coffee", {"logo": "cup", "strip": "$title$"})


@pytest.fixture
def wallet(sandbox: RunningSandbox) -> AlipayWallet:
    return sandbox.wallet(sandbox.world.new_app(), timeouts=Timeouts(connect=2, read=0.5, total=2))


@pytest.fixture
def card(wallet: AlipayWallet) -> WalletCard:
    template_id = wallet.add_card_template(COFFEE)
    return WalletCard("c1", template_id, WalletAccount(WANG_TAO.user_id), "0123456789ABCDEF", {"title": "One coffee"})


def held(sandbox: RunningSandbox) -> list[Pass]:
    return list(sandbox.world.card_holder.passes.values())


def test_a_holder_finds_the_card_with_its_code_in_the_wallet(
    wallet: AlipayWallet, sandbox: RunningSandbox, card: WalletCard
) -> None:
    wallet.issue_card(card)
    (found,) = held(sandbox)
    assert (found.user_id, found.parameters["acode"], found.parameters["title"]) == (
        WANG_TAO.user_id,
        "0123456789ABCDEF",
        "One coffee",
    )


def test_a_used_card_is_shown_as_used(wallet: AlipayWallet, sandbox: RunningSandbox, card: WalletCard) -> None:
    wallet.issue_card(card)
    wallet.show_card_as("c1", WalletCardState.USED)
    assert [each.status for each in held(sandbox)] == ["USED"]


def test_what_the_wallet_cannot_do_it_says_beforehand_and_refuses(wallet: AlipayWallet, card: WalletCard) -> None:
    assert wallet.card_abilities() == {CardAbility.UPDATE}
    wallet.issue_card(card)
    with pytest.raises(Refused):
        wallet.show_card_as("c1", WalletCardState.VALID)


@pytest.mark.parametrize(
    "change",
    [{"wallet_template_id": "none"}, {"to": WalletAccount("2088999999999999")}, {"to": WalletAccount("", "open")}],
    ids=["no template", "nobody", "no user id"],
)
def test_a_card_that_cannot_be_put_anywhere_is_refused(
    wallet: AlipayWallet, sandbox: RunningSandbox, card: WalletCard, change: dict[str, object]
) -> None:
    with pytest.raises(Refused):
        wallet.issue_card(replace(card, **change))  # type: ignore[arg-type]  # the table holds values of both kinds
    assert held(sandbox) == []


def test_a_serial_that_the_wallet_does_not_know_is_a_firm_no(wallet: AlipayWallet) -> None:
    with pytest.raises(Refused):
        wallet.show_card_as("c9", WalletCardState.USED)


@pytest.mark.parametrize(
    ("effect", "outcome", "there"),
    [
        (Effect.LOSE_REPLY, OutcomeUnknown, 1),
        (Effect.SYSTEM_ERROR_AFTER, OutcomeUnknown, 1),
        (Effect.UNKNOWN_BEFORE, OutcomeUnknown, 0),
        (Effect.CALL_LIMITED, NotDone, 0),
    ],
)
def test_a_lost_answer_is_no_refusal_and_the_same_serial_makes_no_second_card(
    wallet: AlipayWallet,
    sandbox: RunningSandbox,
    card: WalletCard,
    effect: Effect,
    outcome: type[Exception],
    there: int,
) -> None:
    sandbox.world.faults.add(Fault(ADD, effect))
    with pytest.raises(outcome):
        wallet.issue_card(card)
    assert len(held(sandbox)) == there
    wallet.issue_card(card)
    assert len(held(sandbox)) == 1


def test_showing_a_card_may_be_repeated_after_a_lost_answer(
    wallet: AlipayWallet, sandbox: RunningSandbox, card: WalletCard
) -> None:
    wallet.issue_card(card)
    sandbox.world.faults.add(Fault(UPDATE, Effect.LOSE_REPLY))
    with pytest.raises(NotDone):
        wallet.show_card_as("c1", WalletCardState.USED)
    wallet.show_card_as("c1", WalletCardState.USED)
    assert [each.status for each in held(sandbox)] == ["USED"]
