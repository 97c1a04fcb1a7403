"""The documents in fixtures/alipay mean what stands beside them."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from adapters.alipay import bill, notice
from adapters.alipay.signing import notice_to_verify, sign
from hospital_bridge.sandbox.alipay.certificates import new_key

FOLDER = Path(__file__).parents[3] / "fixtures" / "alipay"
APP_ID, SELLER_ID = "2021000000000001", "2088000000000001"


def expected(document: Path) -> Any:
    return json.loads(document.with_suffix(".expected.json").read_text(encoding="utf-8"))


def plain(value: object) -> Any:
    return json.loads(json.dumps(value, default=str))


@pytest.mark.parametrize("document", sorted(FOLDER.glob("notice__*.txt")), ids=lambda path: path.stem)
def test_a_notice(document: Path) -> None:
    fields = dict(line.split("=", 1) for line in document.read_text(encoding="utf-8").splitlines())
    key = new_key()
    body = urlencode({**fields, "sign": sign(key, notice_to_verify(fields))}).encode()
    read = notice.read(body, key.public_key(), app_id=APP_ID, seller_id=SELLER_ID)
    assert plain(asdict(read)) == expected(document)


@pytest.mark.parametrize("document", sorted(FOLDER.glob("bill__*.csv")), ids=lambda path: path.stem)
def test_a_bill(document: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        target.writestr("20880000000000010156_20261123_业务明细.csv", document.read_bytes().decode().encode("gbk"))
    entries = bill.entries(packed, day=date(2026, 11, 23), seller_id=SELLER_ID)
    assert plain([asdict(entry) for entry in entries]) == expected(document)


def test_every_document_is_there() -> None:
    assert len(list(FOLDER.glob("notice__*.txt"))) == 4
    assert len(list(FOLDER.glob("*.expected.json"))) == 6
