"""A HIS that is given only as documents is connected by its TOML alone; every port plays over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters import ports
from tests.adapters.his_http.recorded import PLAYS, RECORDED, adapter, described, expected, outcome, spoken


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with spoken() as where:
        yield where


@pytest.mark.parametrize("name", PLAYS)
def test_what_was_recorded_is_answered_as_it_stands_beside_it(name: str, address: str) -> None:
    assert outcome(PLAYS[name], adapter(described(address))) == expected(name)


def test_every_recording_is_played_and_every_method_of_a_port_has_one() -> None:
    files = {file.name.partition(".")[0] for file in RECORDED.iterdir()}
    assert {name.rstrip("0123456789").rstrip("_") if name not in PLAYS else name for name in files} == set(PLAYS)
    played = {name.partition("__")[0] for name in PLAYS}
    methods = {
        method
        for port in (ports.HisDirectory, ports.HisScheduling, ports.HisBilling)
        for method in vars(port)
        if not method.startswith("_")
    }
    assert methods <= played
