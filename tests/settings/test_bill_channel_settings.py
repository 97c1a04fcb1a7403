"""Whose a line of a wallet's bill is, as the hospital's engineer writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hospital_bridge.settings import load
from tests.settings.written import BRIDGE, ENVIRONMENT, INSTALLED, OPERATOR, faults, write

KIOSK = """
[[operator.bill_channels]]
wallet = "main"
name = "kiosk"
order_no = 'K\\d+'
terminal_no = "T.*"
"""


def test_a_line_fits_when_all_of_it_matches_every_pattern(tmp_path: Path) -> None:
    main = write(tmp_path, {"bridge.toml": BRIDGE + OPERATOR + KIOSK})
    [kiosk] = load(main, INSTALLED, ENVIRONMENT).operators[0].bill_channels
    told = {"order_no": "K17", "terminal_no": "T1", "shop_no": "", "cashier_no": ""}
    assert (kiosk.wallet, kiosk.name, kiosk.fits(told)) == ("main", "kiosk", True)
    assert not kiosk.fits(told | {"order_no": "K17x"})
    assert not kiosk.fits(told | {"terminal_no": "Z1"})


@pytest.mark.parametrize(
    ("wrong", "code", "key"),
    [
        (KIOSK.replace('"main"', '"mian"'), "HB-C005", "operator.bill_channels[1].wallet"),
        (KIOSK.replace('"kiosk"', '"bridge"'), "HB-C005", "operator.bill_channels[1].name"),
        (KIOSK.replace('"T.*"', '"T("'), "HB-C005", "operator.bill_channels[1].terminal_no"),
        (KIOSK.split("order_no", maxsplit=1)[0], "HB-C004", "operator.bill_channels[1].order_no"),
        (KIOSK + "till = 1\n", "HB-C003", "operator.bill_channels[1].till"),
    ],
)
def test_what_cannot_work_is_told_where_it_stands(tmp_path: Path, wrong: str, code: str, key: str) -> None:
    found = faults(tmp_path, {"bridge.toml": BRIDGE + OPERATOR + wrong})
    assert [(fault.code, fault.key) for fault in found] == [(code, key)]
