"""A line as a list of dictionaries, written down from reference/queue.md and sharing no rule with `queueing`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from queueing.commands import Act, Command, Event
from queueing.ticket import Ticket

TIER = {"emergency": 0, "priority": 1, "booked": 1, "walk_in": 1, "back": 1}
CREDIT = {"emergency": 0, "priority": 20, "booked": 10, "walk_in": 0, "back": 20}
GRACE, GAIN, PASSES = timedelta(minutes=15), timedelta(minutes=10), 2
ENDED = {"done", "cancelled", "no_show", "expired", "transferred"}
MOVES: dict[Act, tuple[set[str], str]] = {
    Act.CHECK_IN: ({"booked"}, "waiting"),
    Act.CALL: ({"waiting"}, "called"),
    Act.RECALL: ({"called"}, "called"),
    Act.START: ({"called"}, "serving"),
    Act.FINISH: ({"serving"}, "done"),
    Act.SEND_AWAY: ({"serving"}, "away"),
    Act.RETURN_VISIT: ({"away"}, "waiting"),
    Act.PASS_OVER: ({"called"}, "passed"),
    Act.REJOIN: ({"passed"}, "waiting"),
    Act.HOLD: ({"waiting"}, "held"),
    Act.RESUME: ({"held"}, "waiting"),
    Act.MISS: ({"booked", "called", "passed"}, "no_show"),
    Act.RECLASSIFY: ({"booked", "waiting", "held", "passed", "away"}, ""),
}
BY_DESK = {Act.CALL_NEXT, Act.CALL, Act.START, Act.FINISH, Act.SEND_AWAY, Act.PASS_OVER}
Entry = dict[str, Any]


class No(Exception):
    """The model refuses too."""


class NaiveLine:
    """Expects of each command one event or a refusal, and remembers what it expected."""

    def __init__(self, desks: set[str]) -> None:
        self.desks = desks
        self.entries: list[Entry] = []
        self.done: dict[str, Command] = {}
        self.taken_back: dict[str, tuple[Entry, int] | None] = {}

    def expect(self, command: Command, now: datetime) -> Entry | None:
        """The entry after the command, None where nobody waits; No when it must be refused."""
        if command.act in {Act.CALL, Act.RECLASSIFY} and not command.reason:
            raise No
        if command.act is Act.UNDO:
            return self._undo(command.desk_id)
        if command.act is Act.ISSUE:
            return self._issue(command, now)
        if command.act is Act.CALL_NEXT:
            self._need_free(command.desk_id)
            mine = [one for one in self.order() if one["bound"] in {"", command.desk_id}]
            entry = mine[0] if mine else None
        else:
            entry = self.find(command.ticket_id)
        return None if entry is None else self._move(entry, command, now)

    def find(self, ticket_id: str) -> Entry:
        return next(one for one in self.entries if one["id"] == ticket_id)

    def order(self) -> list[Entry]:
        return sorted(
            (one for one in self.entries if one["state"] == "waiting"),
            key=lambda one: (TIER[one["rank"]], one["anchor"] - one["credit"], one["number"]),
        )

    def _move(self, entry: Entry, command: Command, now: datetime) -> Entry:
        act = Act.CALL if command.act is Act.CALL_NEXT else command.act
        at_desk = entry["state"] in {"called", "serving"}
        if at_desk and command.desk_id and command.desk_id != entry["desk"]:
            raise No
        allowed, state = MOVES.get(
            act, (None, {Act.CANCEL: "cancelled", Act.EXPIRE: "expired"}.get(act, "transferred"))
        )
        if entry["state"] in ENDED or (allowed is not None and entry["state"] not in allowed):
            raise No
        before = dict(entry)
        if act is Act.CALL:
            self._need_free(command.desk_id)
            entry["desk"] = command.desk_id
        if act is Act.PASS_OVER and entry["passes"] == PASSES:
            state = "no_show"
        elif act is Act.PASS_OVER:
            entry["passes"] += 1
        self._replace(entry, act, command, now)
        entry["state"] = state or entry["state"]
        self._remember(command, entry, before)
        return entry

    def _replace(self, entry: Entry, act: Act, command: Command, now: datetime) -> None:
        if act is Act.CHECK_IN:
            entry["anchor"], entry["credit"] = arrival(entry["rank"], now, entry["appointed"])
        if act is Act.RETURN_VISIT:
            entry["rank"] = "emergency" if entry["rank"] == "emergency" else "back"
            entry["anchor"], entry["credit"] = arrival(entry["rank"], now, None)
            entry["bound"], entry["desk"] = entry["desk"], ""
        if act is Act.REJOIN:
            entry["desk"] = ""
            if entry["anchor"] - entry["credit"] < now - GAIN:
                entry["anchor"], entry["credit"] = now - GAIN, timedelta(0)
        if act is Act.RECLASSIFY:
            entry["rank"], entry["credit"] = command.rank, timedelta(minutes=CREDIT[command.rank])

    def _issue(self, command: Command, now: datetime) -> Entry:
        if any(one["subject"] == command.subject and one["state"] not in ENDED for one in self.entries):
            raise No
        came = now if command.arrived else (command.appointed_at or now)
        anchor, credit = arrival(command.rank, came, command.appointed_at)
        entry: Entry = {
            "id": command.ticket_id,
            "subject": command.subject,
            "rank": command.rank,
            "anchor": anchor,
            "credit": credit,
            "number": len(self.entries) + 1,
            "state": "waiting" if command.arrived else "booked",
            "appointed": command.appointed_at,
            "desk": "",
            "bound": "",
            "passes": 0,
        }
        self.entries.append(entry)
        return entry

    def _need_free(self, desk_id: str) -> None:
        taken = any(one["desk"] == desk_id and one["state"] in {"called", "serving"} for one in self.entries)
        if desk_id not in self.desks or taken:
            raise No

    def _remember(self, command: Command, entry: Entry, before: Entry) -> None:
        entry["turn"] = entry.get("turn", 0) + (command.act is not Act.RECALL)
        if command.act in BY_DESK:
            self.taken_back[entry["desk"]] = (before, entry["turn"])

    def _undo(self, desk_id: str) -> Entry:
        last = self.taken_back.get(desk_id)
        if last is None or self.find(last[0]["id"]).get("turn", 0) != last[1]:
            raise No
        entry, before = self.find(last[0]["id"]), last[0]
        others = [one for one in self.entries if one is not entry]
        if any(one["subject"] == entry["subject"] and one["state"] not in ENDED for one in others):
            raise No
        desk_taken = any(one["desk"] == before["desk"] and one["state"] in {"called", "serving"} for one in others)
        if before["state"] in {"called", "serving"} and desk_taken:
            raise No
        turn = entry["turn"]
        entry.clear()
        entry.update(before, turn=turn + 1)
        self.taken_back[desk_id] = None
        return entry


def arrival(rank: str, came: datetime, appointed: datetime | None) -> tuple[datetime, timedelta]:
    credit = timedelta(minutes=CREDIT[rank])
    if appointed is None:
        return came, credit
    return (came, timedelta(0)) if came > appointed + GRACE else (max(came, appointed), credit)


def told(ticket: Ticket) -> tuple[object, ...]:
    """What the model and the library must agree on."""
    place = (ticket.rank, ticket.anchor, ticket.credit, ticket.sequence)
    return (ticket.ticket_id, ticket.state.value, *place, ticket.desk_id, ticket.bound_to, ticket.passes)


def told_entry(entry: Entry) -> tuple[object, ...]:
    place = (entry["rank"], entry["anchor"], entry["credit"], entry["number"])
    return (entry["id"], entry["state"], *place, entry["desk"], entry["bound"], entry["passes"])


def same(event: Event, entry: Entry | None) -> bool:
    return (event.ticket is None and entry is None) or (
        event.ticket is not None and entry is not None and told(event.ticket) == told_entry(entry)
    )
