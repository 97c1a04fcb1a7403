"""What a visit costs: from the price list or from an extension, and never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from adapters.errors import Malformed
from adapters.http import Request, Response
from tests.adapters.his_fhir.scripted import his_at, page, told

DAY = date(2026, 11, 25)
SCHEDULE = {"resourceType": "Schedule", "id": "k1", "actor": [{"reference": "Practitioner/D1"}]}
SLOT = {
    "resourceType": "Slot",
    "id": "s1",
    "schedule": {"reference": "Schedule/k1"},
    "status": "free",
    "start": "2026-11-25T08:00:00+08:00",
    "end": "2026-11-25T08:30:00+08:00",
}
EXTENSION = {"price_from": "extension", "price_extension": "urn:price"}


def money(value: object, currency: str = "CNY") -> dict[str, object]:
    return {"value": value, "currency": currency}


def listed(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ChargeItemDefinition",
        "id": "d1",
        "status": "active",
        "code": {"coding": [{"code": "GH03"}]},
        "propertyGroup": [{"priceComponent": list(components)}],
        **more,
    }


def base(value: object, **more: Any) -> dict[str, Any]:
    return {"type": "base", "amount": money(value), **more}


def fees(slot: dict[str, Any], prices: Sequence[dict[str, Any]], version: str = "R4", **scheduling: Any) -> list[int]:
    kinds = {"Schedule": [SCHEDULE], "Slot": [slot], "ChargeItemDefinition": prices}

    def answer(request: Request) -> Response:
        return told(200, page(*kinds[request.url.removeprefix("https://his.example/fhir/").partition("?")[0]]))

    his, _ = his_at(answer, version=version, scheduling=scheduling)
    return [found.fee_fen for found in his.slots("0101", "D1", DAY)]


R4_SERVICE = {**SLOT, "serviceType": [{"coding": [{"code": "GH03"}]}]}
R5_SERVICE = {**SLOT, "serviceType": [{"concept": {"coding": [{"code": "GH03"}]}}]}


@pytest.mark.parametrize(
    ("slot", "prices", "version", "fen"),
    [
        (R4_SERVICE, [listed(base(120))], "R4", 12_000),
        (R5_SERVICE, [listed(base("120.5"))], "R5", 12_050),
        ({**SLOT, "appointmentType": {"coding": [{"code": "GH03"}]}}, [listed(base(0))], "R4", 0),
        ({**SLOT, "appointmentType": [{"coding": [{"code": "GH03"}]}]}, [listed(base(50))], "R5", 5_000),
        (
            R4_SERVICE,
            [listed(base(100), {"type": "surcharge", "amount": money(20)}, {"type": "discount", "amount": money(-5)})],
            "R4B",
            11_500,
        ),
        (R4_SERVICE, [listed(base(1)), listed(base(1), id="d2"), listed(base(9), status="retired")], "R4", 100),
    ],
)
def test_a_price_of_the_list(slot: dict[str, Any], prices: list[dict[str, Any]], version: str, fen: int) -> None:
    assert fees(slot, prices, version) == [fen]


@pytest.mark.parametrize(
    "prices",
    [
        [],
        [listed(base(1), code={"coding": [{"code": "GH99"}]})],
        [listed(base(1)), listed(base(2), id="d2")],
        [listed(base(-1))],
        [listed({"type": "base", "amount": money(1, "USD")})],
        [listed({"type": "base"})],
        [listed(base(1, factor=0.5))],
        [listed({"type": "gift", "amount": money(1)})],
        [listed(base(1), propertyGroup=[{"applicability": [{"expression": "%patient"}], "priceComponent": [base(1)]}])],
        [listed(base(1), propertyGroup=[])],
    ],
)
def test_a_price_that_nobody_can_tell_is_malformed(prices: list[dict[str, Any]]) -> None:
    with pytest.raises(Malformed):
        fees(R4_SERVICE, prices)


@pytest.mark.parametrize("extension", [{"valueMoney": money("12.30")}, {"valueMoney": {"value": 12.3}}])
def test_a_price_of_an_extension(extension: dict[str, Any]) -> None:
    assert fees({**SLOT, "extension": [{"url": "urn:price", **extension}]}, [], **EXTENSION) == [1_230]
    for wrong in ([], [{"url": "urn:price"}], [{"url": "urn:other", **extension}]):
        with pytest.raises(Malformed):
            fees({**SLOT, "extension": wrong}, [], **EXTENSION)


def test_only_slots_for_patients_on_that_day_are_told_full_ones_with_no_place() -> None:
    slots = [
        R4_SERVICE,
        {**R4_SERVICE, "id": "s2", "status": "busy"},
        {**R4_SERVICE, "id": "s3", "status": "busy-unavailable"},
        {**R4_SERVICE, "id": "s4", "status": "entered-in-error"},
        {**R4_SERVICE, "id": "s5", "start": "2026-11-26T08:00:00+08:00", "end": "2026-11-26T09:00:00+08:00"},
        {**R4_SERVICE, "id": "s6", "extension": [{"url": "urn:left", "valueUnsignedInt": 4}]},
    ]
    kinds: dict[str, list[dict[str, Any]]] = {
        "Schedule": [SCHEDULE],
        "Slot": slots,
        "ChargeItemDefinition": [listed(base(1))],
    }

    def answer(request: Request) -> Response:
        return told(200, page(*kinds[request.url.removeprefix("https://his.example/fhir/").partition("?")[0]]))

    his, _ = his_at(answer, scheduling={"places_extension": "urn:left"})
    assert {slot.slot_id: slot.remaining for slot in his.slots("0101", "D1", DAY)} == {"s1": 1, "s2": 0, "s6": 4}
