"""The resident identity number as GB 11643-1999 has it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.values import Sex
from hospital_bridge.identity.id_number import BadIdNumber, check_digit, normalise, read

BORN = st.dates(date(1900, 1, 1), date(2026, 1, 1))


def numbers() -> st.SearchStrategy[str]:
    body = st.builds(lambda born, order: f"999999{born:%Y%m%d}{order:03d}", BORN, st.integers(0, 999))
    return body.map(lambda digits: digits + check_digit(digits))


def test_the_published_example_has_its_check_digit() -> None:
    # The worked example in the standard's own annex: 11010519491231002 gives X.
    assert check_digit("11010519491231002") == "X"


@given(numbers())
def test_a_right_number_tells_birth_and_sex(number: str) -> None:
    born, sex = read(number)
    assert f"{born:%Y%m%d}" == number[6:14]
    assert sex is (Sex.MALE if number[16] in "13579" else Sex.FEMALE)


@given(numbers(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, shift: int) -> None:
    wrong = str((int(number[place]) + shift) % 10)
    with pytest.raises(BadIdNumber):
        read(number[:place] + wrong + number[place + 1 :])


@given(numbers(), st.integers(0, 15))
def test_two_neighbours_that_change_places_are_noticed(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped == number:
        assert read(swapped) == read(number)
        return
    with pytest.raises(BadIdNumber):
        read(swapped)


@pytest.mark.parametrize("text", ["", "1101051949123100", "11010519491231002Y", "１１０１０５１９４９１２３１００２X"])
def test_other_shapes_are_refused_without_quoting_them(text: str) -> None:
    with pytest.raises(BadIdNumber) as refusal:
        read(text)
    assert not text or text not in str(refusal.value)


def test_a_birth_date_that_never_was_is_refused() -> None:
    digits = "99999919850230001"
    with pytest.raises(BadIdNumber, match="birth date"):
        read(digits + check_digit(digits))


def test_blanks_and_a_small_x_are_forgiven() -> None:
    assert normalise(" 110105 19491231 002x ") == "11010519491231002X"
