from __future__ import annotations

import pytest

from notifications.catalogue import Catalogue, Entry, UnknownNotice
from notifications.message import Kind, Message, ParametersRefused, Template

CALLED = Template("called", {"display_number": Kind.LABEL, "desk": Kind.LABEL})
CALLED_AT_DESK = Template("called_at_desk", {"display_number": Kind.LABEL})
CATALOGUE = Catalogue(
    [Entry("ticket.called", "holder", CALLED), Entry("ticket.called", "desk", CALLED_AT_DESK)],
)


def test_each_audience_is_told_in_its_own_way() -> None:
    assert CATALOGUE.template("ticket.called", "holder") is CALLED
    assert CATALOGUE.template("ticket.called", "desk") is CALLED_AT_DESK


@pytest.mark.parametrize(("event", "audience"), [("ticket.lost", "holder"), ("ticket.called", "press"), ("", "")])
def test_what_nobody_declared_is_not_said(event: str, audience: str) -> None:
    with pytest.raises(UnknownNotice):
        CATALOGUE.template(event, audience)


def test_a_message_is_made_by_its_entry() -> None:
    parameters = {"display_number": "A012", "desk": "3"}
    made = CATALOGUE.message("ticket.called", "holder", "recipient-1", parameters)
    assert made == Message(CALLED, "recipient-1", parameters)


def test_one_audience_is_not_told_what_only_another_may_read() -> None:
    with pytest.raises(ParametersRefused, match="desk"):
        CATALOGUE.message("ticket.called", "desk", "recipient-1", {"display_number": "A012", "desk": "3"})


def test_two_entries_for_one_pair_are_refused() -> None:
    with pytest.raises(ValueError, match=r"ticket\.called to holder"):
        Catalogue([Entry("ticket.called", "holder", CALLED), Entry("ticket.called", "holder", CALLED_AT_DESK)])
