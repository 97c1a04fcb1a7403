"""Synthetic people of the sandbox, shared by the simulated wallet and the simulated hospital.

Nobody real can be hit: the region code 999999 of the ID numbers was never given out
(GB/T 2260), mobile numbers that start with 100 are never issued, and the wallet ids
stand at the bottom of the wallet's number range.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from adapters.values import Sex

REGION = "999999"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist; `user_id` is empty where the person has no wallet."""

    name: str = field(repr=False)
    sex: Sex
    birth_date: date
    id_number: str = field(repr=False)
    phone: str = field(repr=False)
    user_id: str = ""


def id_number(birth_date: date, sex: Sex, serial: int) -> str:
    """An 18-character ID number of the region never given out; `serial` from 0 to 499.

    GB 11643-1999: region, birth date, sequence (odd for men), check character.
    """
    sequence = serial * 2 + (1 if sex is Sex.MALE else 0)
    digits = f"{REGION}{birth_date:%Y%m%d}{sequence:03d}"
    return digits + check_character(digits)


def check_character(digits: str) -> str:
    """The last character of an ID number from its first 17 digits (ISO/IEC 7064, MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def phone(serial: int) -> str:
    """A mobile number of a range that is never issued; `serial` from 0 to 9999."""
    return f"1000000{serial:04d}"


def wallet_user_id(serial: int) -> str:
    """A wallet user number: 16 digits that start with 2088."""
    return f"2088{serial:012d}"


def _person(serial: int, name: str, sex: Sex, born: str, *, wallet: bool = True) -> Person:
    birth_date = date.fromisoformat(born)
    return Person(
        name=name,
        sex=sex,
        birth_date=birth_date,
        id_number=id_number(birth_date, sex, serial),
        phone=phone(serial),
        user_id=wallet_user_id(serial) if wallet else "",
    )


WANG_TAO = _person(1, "王弢", Sex.MALE, "1985-03-12")
LI_QI = _person(2, "李玘", Sex.FEMALE, "1990-07-25")
CHEN_XIAOMING = _person(3, "陈晓明", Sex.MALE, "1978-11-02")
ZHAO_MINHUA = _person(4, "赵敏华", Sex.FEMALE, "1952-01-30")
ZHOU_ZIHAN = _person(5, "周子涵", Sex.FEMALE, "2019-06-01", wallet=False)
SUN_LI = _person(6, "孙立", Sex.MALE, "1988-09-09")
WU_TONG = _person(7, "吴桐", Sex.FEMALE, "1996-04-18")
ZHENG_GUOQIANG = _person(8, "郑国强", Sex.MALE, "1949-10-05")

PEOPLE = (WANG_TAO, LI_QI, CHEN_XIAOMING, ZHAO_MINHUA, ZHOU_ZIHAN, SUN_LI, WU_TONG, ZHENG_GUOQIANG)
