"""The Chinese resident identity number: check digit, birth date, sex (GB 11643-1999)."""

from __future__ import annotations

import re
from datetime import date

from adapters.values import Sex

_SHAPE = re.compile(r"\d{17}[\dX]", re.ASCII)
_CHECK = "10X98765432"


class BadIdNumber(ValueError):
    """The number cannot be a resident identity number; the text names no digit of it."""


class BadShape(BadIdNumber):
    """It has not 17 digits and a digit or X."""


class BadCheckDigit(BadIdNumber):
    """Some character of it is another one, or two have changed places."""


class BadBirthDate(BadIdNumber):
    """Nobody was born on such a day."""


def normalise(text: str) -> str:
    """The number without blanks and with an upper-case X."""
    return "".join(text.split()).upper()


def check_digit(first_seventeen: str) -> str:
    """The eighteenth character (ISO 7064 MOD 11-2, GB 11643-1999 clause 4)."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first_seventeen))
    return _CHECK[total % 11]


def read(number: str) -> tuple[date, Sex]:
    """Birth date and sex of a normalised number; BadIdNumber when shape, date or check digit is wrong."""
    if not _SHAPE.fullmatch(number):
        raise BadShape("an identity number has 17 digits and a digit or X")
    if check_digit(number[:17]) != number[17]:
        raise BadCheckDigit("the check digit does not fit")
    try:
        born = date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except ValueError:
        raise BadBirthDate("the birth date does not exist") from None
    return born, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
