"""Template messages over the sandbox's real wire: what the user reads, and every way of not reading it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.alipay.wallet import AlipayWallet
from adapters.errors import NotDone, OutcomeUnknown, Refused
from adapters.http import Timeouts
from adapters.values import WalletAccount
from adapters.wallet_messages import WalletMessage
from hospital_bridge.sandbox.alipay.faults import Effect, Fault
from hospital_bridge.sandbox.people import WANG_TAO
from tests.sandbox.alipay.running import RunningSandbox

METHOD = "alipay.open.app.mini.templatemessage.send"
TEMPLATES = {"near": {"id": "T1", "keywords": ["room", "ahead"], "page": "pages/web?to={link}"}}
WANG = WalletAccount(WANG_TAO.user_id)
SOON = WalletMessage(WANG, "near", {"ahead": "3", "room": "3 号诊室"}, "https://bridge.example/p/h1/messages", "m1")


@pytest.fixture
def wallet(sandbox: RunningSandbox) -> AlipayWallet:
    quick = Timeouts(connect=2, read=0.5, total=2)
    return sandbox.wallet(sandbox.world.new_app(), timeouts=quick, message_templates=TEMPLATES)


def test_a_user_reads_the_templates_words_and_comes_to_our_page(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    wallet.tell(SOON)
    [sent] = sandbox.world.mail.sent
    assert (sent.user_id, sent.template_id) == (WANG.user_id, "T1")
    assert sent.keywords == {"keyword1": "3 号诊室", "keyword2": "3"}
    assert sent.page == "pages/web?to=https%3A%2F%2Fbridge.example%2Fp%2Fh1%2Fmessages"


def test_a_user_who_is_known_by_open_id_alone_is_told_too(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    open_id = sandbox.world.users[WANG.user_id].open_id
    wallet.tell(replace(SOON, to=WalletAccount("", open_id)))
    assert sandbox.world.mail.sent[0].user_id == WANG.user_id


def test_who_unfollowed_refuses(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    sandbox.world.mail.unfollowed.add(WANG.user_id)
    with pytest.raises(Refused):
        wallet.tell(SOON)
    assert sandbox.world.mail.sent == []


@pytest.mark.parametrize(
    "message",
    [
        replace(SOON, template_key="unheard"),
        replace(SOON, values={"ahead": "3"}),
        replace(SOON, to=WalletAccount("2088999999999999")),
        replace(SOON, values={"ahead": "3", "room": "x" * 51}),
    ],
    ids=["no template", "no parameter", "nobody", "too long"],
)
def test_what_cannot_be_said_is_refused(wallet: AlipayWallet, message: WalletMessage) -> None:
    with pytest.raises(Refused):
        wallet.tell(message)


@pytest.mark.parametrize(
    ("effect", "outcome", "sent"),
    [
        (Effect.LOSE_REPLY, OutcomeUnknown, 1),
        (Effect.SYSTEM_ERROR_AFTER, OutcomeUnknown, 1),
        (Effect.UNKNOWN_BEFORE, OutcomeUnknown, 0),
        (Effect.CALL_LIMITED, NotDone, 0),
    ],
)
def test_a_lost_answer_is_no_refusal(
    wallet: AlipayWallet, sandbox: RunningSandbox, effect: Effect, outcome: type[Exception], sent: int
) -> None:
    sandbox.world.faults.add(Fault(METHOD, effect))
    with pytest.raises(outcome):
        wallet.tell(SOON)
    assert len(sandbox.world.mail.sent) == sent


def test_an_account_says_what_it_has_a_template_for(wallet: AlipayWallet) -> None:
    assert wallet.can_tell("near")
    assert not wallet.can_tell("unheard")
