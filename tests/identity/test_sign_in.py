"""Signing in: consent first, then the wallet's word, which is believed only as far as the number itself agrees."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from adapters.errors import NotDone, Reason, Refused
from adapters.values import Identifier, Sex, VerifiedIdentity, WalletAccount, WalletGrant
from hospital_bridge.identity.id_number import check_digit
from hospital_bridge.identity.sign_in import (
    CN_ID,
    CONSENT_VERSION,
    PURPOSES,
    ConsentMissing,
    Doubt,
    SignedIn,
    complete_sign_in,
)
from hospital_bridge.store.unit_of_work import Store

DIGITS = "99999919850312003"
OTHER = "99999919850312005" + check_digit("99999919850312005")
ZHANG = VerifiedIdentity("张弢", CN_ID, DIGITS + check_digit(DIGITS), date(1985, 3, 12), Sex.MALE, "10000000001")


@dataclass
class ScriptedWallet:
    """A wallet that answers as the test says; it counts what it was asked."""

    identity: VerifiedIdentity = ZHANG
    refusal: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def authorise_url(self, *, redirect_uri: str, state: str) -> str:
        return f"{redirect_uri}?state={state}"

    def exchange(self, code: str) -> WalletGrant:
        self.asked.append(code)
        return WalletGrant(WalletAccount("2088000000000001", "open-1"), "token")

    def verified_identity(self, grant: WalletGrant) -> VerifiedIdentity:
        del grant
        if self.refusal is not None:
            raise self.refusal
        return self.identity


def sign_in(store: Store, wallet: ScriptedWallet, purposes: tuple[str, ...] = PURPOSES) -> SignedIn:
    return complete_sign_in(store, "h1", "main", wallet, "code-1", purposes=purposes, locale="zh-CN")


def test_a_verified_person_is_bound_to_the_wallet_user(store: Store) -> None:
    done = sign_in(store, ScriptedWallet())
    with store.read("h1") as work:
        assert work.subjects.bound_to(done.wallet_user_id) == [done.subject_id]
        assert work.subjects.identity(done.subject_id) == ZHANG
        assert work.wallet_users.payer(done.wallet_user_id) == ("main", WalletAccount("2088000000000001", "open-1"))
        assert sorted(work.wallet_users.consents(done.wallet_user_id, CONSENT_VERSION)) == sorted(PURPOSES)


def test_signing_in_again_makes_nobody_twice(store: Store) -> None:
    assert sign_in(store, ScriptedWallet()) == sign_in(store, ScriptedWallet(replace(ZHANG, phone="10000000002")))


def test_a_wallet_that_verifies_another_person_acts_for_that_one_alone(store: Store) -> None:
    father = sign_in(store, ScriptedWallet())
    son = sign_in(store, ScriptedWallet(replace(ZHANG, id_number=OTHER)))
    assert son.wallet_user_id == father.wallet_user_id
    assert son.subject_id != father.subject_id
    with store.read("h1") as work:
        assert work.subjects.bound_to(father.wallet_user_id) == [son.subject_id]
        assert work.subjects.users_of(father.subject_id) == []
        assert work.audit.latest()[0].action == "identity.changed"
    assert sign_in(store, ScriptedWallet()) == father


def test_another_operator_knows_nothing_of_them(store: Store) -> None:
    done = sign_in(store, ScriptedWallet())
    with store.read("h2") as work:
        assert work.subjects.bound_to(done.wallet_user_id) == []
        with pytest.raises(LookupError):
            work.subjects.identity(done.subject_id)


@pytest.mark.parametrize("purposes", [(), PURPOSES[:1], PURPOSES[1:]])
def test_without_every_consent_the_wallet_is_not_even_asked(store: Store, purposes: tuple[str, ...]) -> None:
    wallet = ScriptedWallet()
    with pytest.raises(ConsentMissing):
        sign_in(store, wallet, purposes)
    assert wallet.asked == []


@pytest.mark.parametrize(
    "identity",
    [
        replace(ZHANG, id_number=DIGITS + "0"),
        replace(ZHANG, birth_date=date(1985, 3, 13)),
        replace(ZHANG, sex=Sex.FEMALE),
    ],
)
def test_a_number_that_contradicts_itself_is_doubted(store: Store, identity: VerifiedIdentity) -> None:
    done = sign_in(store, ScriptedWallet(identity))
    assert (done.subject_id, done.doubt) == ("", Doubt.BAD_ID_NUMBER)
    with store.read("h1") as work:
        assert work.subjects.bound_to(done.wallet_user_id) == []


def test_a_wallet_that_will_not_say_the_name_leaves_a_doubt(store: Store) -> None:
    done = sign_in(store, ScriptedWallet(refusal=Refused("no permission", reason=Reason.NOT_ALLOWED)))
    assert (done.subject_id, done.doubt) == ("", Doubt.NO_REAL_NAME)


def test_a_wallet_that_is_down_keeps_nothing(store: Store) -> None:
    with pytest.raises(NotDone):
        sign_in(store, ScriptedWallet(refusal=NotDone("no connection")))
    with store.read("h1") as work:
        assert work.audit.latest() == []


def test_a_record_number_can_be_kept_given_up_and_taken_back(store: Store) -> None:
    done, card = sign_in(store, ScriptedWallet()), Identifier("MRN", "100001")
    for known in (True, False, True):
        with store.begin("h1") as work:
            keep = work.subjects.add_identifier if known else work.subjects.remove_identifier
            keep(done.subject_id, card)
            keep(done.subject_id, card)
        with store.read("h1") as work:
            assert work.subjects.identifiers(done.subject_id) == ([card] if known else [])
