from __future__ import annotations

from datetime import date

import pytest

from adapters.values import Sex
from hospital_bridge.sandbox.people import PEOPLE, check_character, id_number


def test_the_check_character_is_that_of_the_standards_own_example() -> None:
    assert check_character("11010519491231002") == "X"
    assert check_character("44052418800101001") == "4"


def test_every_number_is_one_that_was_never_given_out() -> None:
    for person in PEOPLE:
        assert person.id_number.startswith("999999")
        assert person.phone.startswith("100")
        assert len(person.phone) == 11
        assert len(person.id_number) == 18


def test_a_number_tells_birth_date_and_sex() -> None:
    for person in PEOPLE:
        assert person.id_number[6:14] == f"{person.birth_date:%Y%m%d}"
        assert int(person.id_number[16]) % 2 == int(person.sex is Sex.MALE)
        assert person.id_number[17] == check_character(person.id_number[:17])


@pytest.mark.parametrize("attribute", ["id_number", "phone", "name"])
def test_nobody_shares_a_number(attribute: str) -> None:
    assert len({getattr(person, attribute) for person in PEOPLE}) == len(PEOPLE)


def test_wallet_numbers_have_the_wallets_form() -> None:
    wallets = [person.user_id for person in PEOPLE if person.user_id]
    assert len(set(wallets)) == len(wallets) > 0
    assert all(wallet.startswith("2088") and len(wallet) == 16 for wallet in wallets)


def test_serials_of_one_day_differ() -> None:
    born = date(2000, 1, 1)
    assert len({id_number(born, sex, serial) for sex in (Sex.MALE, Sex.FEMALE) for serial in range(500)}) == 1000
