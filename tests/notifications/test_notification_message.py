from __future__ import annotations

from datetime import UTC, datetime

import pytest

from notifications.message import Channel, Kind, Message, Outcome, ParametersRefused, Template, Value

TURN_NEAR = Template(
    "turn_near",
    {"display_number": Kind.LABEL, "ahead": Kind.COUNT, "fee": Kind.MONEY, "at": Kind.INSTANT},
)
FITTING: dict[str, Value] = {
    "display_number": "A012",
    "ahead": 3,
    "fee": 2500,
    "at": datetime(2026, 11, 23, 1, 30, tzinfo=UTC),
}


class Board:
    """A channel that shows each message once, however often it is handed over."""

    name = "board"

    def __init__(self) -> None:
        self.shown: dict[str, Message] = {}

    def send(self, message: Message, *, key: str) -> Outcome:
        self.shown.setdefault(key, message)
        return Outcome.DELIVERED


def refused(parameters: dict[str, Value]) -> frozenset[str]:
    with pytest.raises(ParametersRefused) as refusal:
        Message(TURN_NEAR, "recipient-1", parameters)
    return refusal.value.names


def test_a_message_holds_what_its_template_declares() -> None:
    assert Message(TURN_NEAR, "recipient-1", FITTING).parameters == FITTING


def test_an_undeclared_parameter_is_refused() -> None:
    assert refused(FITTING | {"finding": "glucose 12.1"}) == {"finding"}


def test_a_missing_parameter_is_refused() -> None:
    assert refused({name: value for name, value in FITTING.items() if name != "ahead"}) == {"ahead"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("display_number", ""),
        ("display_number", "A" * 41),
        ("display_number", "A012\nand more"),
        ("display_number", 12),
        ("ahead", -1),
        ("ahead", True),
        ("ahead", "3"),
        ("fee", -1),
        ("at", datetime(2026, 11, 23, 1, 30)),  # noqa: DTZ001 - the naive instant is the point
        ("at", "2026-11-23"),
    ],
)
def test_a_parameter_of_another_kind_is_refused(name: str, value: Value) -> None:
    assert refused(FITTING | {name: value}) == {name}


def test_money_is_never_a_fraction() -> None:
    assert not Kind.MONEY.admits(25.0)  # type: ignore[arg-type]


def test_a_refusal_names_parameters_and_no_value() -> None:
    with pytest.raises(ParametersRefused) as refusal:
        Message(TURN_NEAR, "recipient-1", FITTING | {"finding": "glucose 12.1"})
    assert str(refusal.value) == "template turn_near refuses: finding"


def test_a_message_shows_neither_recipient_nor_values() -> None:
    shown = repr(Message(TURN_NEAR, "recipient-1", FITTING))
    assert "recipient-1" not in shown
    assert "A012" not in shown


def test_a_message_does_not_change_with_the_mapping_it_was_made_from() -> None:
    parameters = dict(FITTING)
    message = Message(TURN_NEAR, "recipient-1", parameters)
    parameters["finding"] = "glucose 12.1"
    assert message.parameters == FITTING
    with pytest.raises(TypeError):
        message.parameters["finding"] = "glucose 12.1"  # type: ignore[index]


def test_a_template_does_not_change_with_the_mapping_it_was_made_from() -> None:
    declared = {"ahead": Kind.COUNT}
    template = Template("turn_near", declared)
    declared["finding"] = Kind.LABEL
    assert template.parameters == {"ahead": Kind.COUNT}


def test_equal_messages_count_once() -> None:
    assert len({Message(TURN_NEAR, "recipient-1", FITTING), Message(TURN_NEAR, "recipient-1", dict(FITTING))}) == 1


def test_a_repeat_under_the_same_key_is_shown_once() -> None:
    board = Board()
    channel: Channel = board
    message = Message(TURN_NEAR, "recipient-1", FITTING)
    assert [channel.send(message, key="turn-1") for _ in range(2)] == [Outcome.DELIVERED, Outcome.DELIVERED]
    assert board.shown == {"turn-1": message}
