"""What a hospital says of a stay's account: a message that tells none leaves what was asked for before."""

from __future__ import annotations

import pytest

from adapters.his_hl7.mapping import news
from adapters.hl7.message import Message
from adapters.stays import StayTold
from tests.adapters.his_hl7.conftest import demo_settings
from tests.adapters.his_hl7.news_fixtures import raw_of

TRANSFER = raw_of("adt_a02__other_ward")
OF_ACCOUNT = {"balance": "ZYJ-1", "asked": "ZYJ-2"}


def asked(raw: bytes, places: dict[str, str]) -> int | None:
    settings = demo_settings(map={"stay": {**places, "unit": "yuan"}})
    (stay,) = (each for each in news.read(Message.parse(raw), settings).news if isinstance(each, StayTold))
    return stay.asked_fen


@pytest.mark.parametrize(
    ("segment", "places", "expected"),
    [
        (b"", OF_ACCOUNT, None),
        (b"ZYJ||\r", OF_ACCOUNT, None),
        (b"ZYJ|-1200.00|\r", OF_ACCOUNT, 0),
        (b"ZYJ|-1200.00|5000.00\r", OF_ACCOUNT, 500_000),
        (b"ZYJ||5000.00\r", OF_ACCOUNT, 500_000),
        (b"ZYJ||0\r", OF_ACCOUNT, 0),
        (b"", {"asked": "ZYJ-2"}, None),
        (b"ZYJ||\r", {"asked": "ZYJ-2"}, 0),
        (b"ZYJ||5000.00\r", {}, None),
    ],
)
def test_only_a_message_that_tells_the_account_says_that_nothing_is_asked_for(
    segment: bytes, places: dict[str, str], expected: int | None
) -> None:
    assert asked(TRANSFER + segment, places) == expected
