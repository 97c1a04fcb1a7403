"""People who come up during a test: each with a wallet, and known to the hospital unless told otherwise."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

from adapters.values import Sex
from hospital_bridge.clock import Clock
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.browser import Browser
from hospital_bridge.sandbox.hospital.model import Patient
from hospital_bridge.sandbox.people import Person
from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.sandbox.town import Town

FIRST_BIRTHDAY = date(1971, 1, 1)
_NUMBERS = count(100)
"""Stages are shared between tests: nobody comes twice."""


class Newcomers:
    """Gives out phones of new people at one service window."""

    def __init__(self, town: Town, clock: Clock, window: str) -> None:
        self._town = town
        self._clock = clock
        self._window = window

    def person(self, name: str = "") -> Person:
        """Somebody new with a wallet, whom the hospital has never seen."""
        number = next(_NUMBERS)
        born = FIRST_BIRTHDAY + timedelta(days=number)
        id_number, mobile = people.id_number(born, Sex.FEMALE, number % 500), people.phone(number)
        user = self._town.wallet.new_user(name or f"测试{number}", id_number, mobile)
        return Person(user.name, Sex.FEMALE, born, id_number, mobile, user.user_id)

    def known(self, name: str = "") -> Person:
        """Somebody new of whom the hospital holds a record."""
        person = self.person(name)
        mrn = f"7{person.user_id[-6:]}"
        record = Patient(mrn, person.name, person.sex, person.birth_date, "CN_ID", person.id_number, person.phone)
        self._town.hospital.patients.take_in(record)
        return person

    def phone(self, person: Person | None = None, *, language: str = "zh-CN") -> Phone:
        """The person's phone, not signed in."""
        return Phone(Browser(language=language), self._clock, self._window, person or self.known())

    def ready_phone(self) -> Phone:
        """A phone that is signed in and has a card."""
        phone = self.phone()
        phone.sign_in()
        phone.bind_card()
        return phone
