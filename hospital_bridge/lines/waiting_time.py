"""What a waiting ticket can expect, from what its line's desks have shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hospital_bridge.lines.hall import Hall
from hospital_bridge.lines.part import binding, desks_of
from hospital_bridge.store.queue_figures import Services
from queueing.estimate import DeskLoad, Forecast, Range, Unknown, UnknownReason, forecast, told
from queueing.line import Desk, DeskState
from queueing.ordering import Policy
from queueing.service_time import Expectation, Observed, learn
from queueing.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many are ahead, and when it is likely the ticket's turn, where that can be said."""

    ahead: int
    forecast: Forecast | None = None
    reason: UnknownReason = UnknownReason.NO_DESK_OPEN

    @property
    def shown(self) -> Range | Unknown:
        """What its holder is told."""
        return Unknown(self.reason, self.ahead) if self.forecast is None else told(self.forecast, self.ahead)


def outlook(hall: Hall, ticket: Ticket, day: date, policy: Policy) -> Outlook:
    """The outlook of a ticket that waits."""
    desks = desks_of(hall.work, ticket.line_id)
    own = ticket.bound_to if ticket.bound_to in binding(desks, "") else ""
    ahead = ahead_of(hall, ticket, day, policy, desks)
    calling = [desk for desk in desks.values() if desk.state is DeskState.OPEN and own in {"", desk.desk_id}]
    if not calling:
        return Outlook(ahead)
    services = hall.work.queue_figures.services(ticket.line_id, day)
    expected = hall.rules.expectation(hall.context.settings)
    if services.line.count < expected.floor:
        return Outlook(ahead, reason=UnknownReason.TOO_FEW_SEEN)
    calibration = hall.work.queue_figures.calibration(ticket.line_id)
    return Outlook(ahead, calibration.widened(forecast(ahead, _loads(hall, calling, services, expected))))


def ahead_of(hall: Hall, ticket: Ticket, day: date, policy: Policy, desks: Mapping[str, Desk]) -> int:
    """How many go before a waiting ticket (`queueing.line.Line.ahead_of`, counted by the database)."""
    bound = ticket.bound_to in binding(desks, "")
    elsewhere = binding(desks, ticket.bound_to) if bound else set()
    return hall.work.queue_tickets.count_ahead(ticket, day, policy.sort_key(ticket), elsewhere)


def _loads(hall: Hall, desks: Sequence[Desk], services: Services, expected: Expectation) -> Sequence[DeskLoad]:
    """Each place at each desk; a desk for two is two desks of one speed."""
    taken: dict[str, list[Ticket]] = {desk.desk_id: [] for desk in desks}
    for ticket in hall.work.queue_tickets.at_desks_of(taken):
        taken[ticket.desk_id].append(ticket)
    loads = []
    for desk in desks:
        before, today = (seen.get(desk.desk_id, Observed()) for seen in (services.before, services.today))
        service = learn(expected, services.line, before, today)
        held = [hall.work.now - (one.called_at or hall.work.now) for one in taken[desk.desk_id]][: desk.capacity]
        loads += [DeskLoad(service, one) for one in [*held, *[None] * (desk.capacity - len(held))]]
    return loads
