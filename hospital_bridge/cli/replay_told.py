"""A rehearsed day in lines and in JSON; a patient's values only where they may be shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hospital_bridge.cli.language import translate
from hospital_bridge.message_lines import HIDDEN
from hospital_bridge.rehearsal import fields_by_name, heads

if TYPE_CHECKING:
    from hospital_bridge.rehearsal import Difference, Rehearsed, Sums

FAULT = "fault"


def rehearsed_as_json(one: Rehearsed, *, shown: bool) -> dict[str, Any]:
    """One message; `before` is null where nothing says what was read before."""
    return {
        "name": one.name,
        "type": one.kind,
        "control_id": one.control_id,
        "before": None if one.before is None else list(one.before),
        "after": list(heads(fields_by_name(one.after))),
        "fault": one.after.fault,
        "differences": [
            {"field": each.name, "before": _value(each, each.before, shown), "after": _value(each, each.after, shown)}
            for each in one.differences
        ],
    }


def rehearsed_lines(one: Rehearsed, *, shown: bool) -> Iterator[str]:
    """One message in one line, and one line for each difference."""
    told = ", ".join(heads(fields_by_name(one.after))) or translate("nothing")
    named = "  ".join(part for part in (one.name, one.kind, one.control_id) if part)
    if one.after.fault:
        told = translate("It cannot be read: {fault}").format(fault=one.after.fault)
    yield f"{'!' if one.differences else ' '} {named}: {told}"
    for each in one.differences:
        yield f"    {each.name}: {_value(each, each.before, shown) or '-'} -> {_value(each, each.after, shown) or '-'}"


def sums_as_json(sums: Sums) -> dict[str, Any]:
    """The day as a whole."""
    return {
        "totals": {
            "messages": sums.messages,
            "changed": sums.changed,
            "unreadable": sums.unreadable,
            "silent": sums.silent,
            "news": dict(sums.news.most_common()),
        },
        "untold": [{"what": what, "count": count} for what, count in sums.untold.most_common()],
        "codes": [{"place": place, "code": code, "count": n} for (place, code), n in sums.codes.most_common()],
        "unread": [{"place": place, "count": count} for place, count in sums.unread.most_common()],
    }


def sums_lines(sums: Sums) -> Iterator[str]:
    """What was not told, which codes no map lists, what nothing reads, and the day in one line."""
    for heading, counted in (
        (translate("What is no news, and why:"), sums.untold.most_common()),
        (
            translate("Codes at those places:"),
            [(f"{place} = {code}", count) for (place, code), count in sums.codes.most_common()],
        ),
        (translate("Places that nothing reads:"), sums.unread.most_common()),
        (translate("News:"), sums.news.most_common()),
    ):
        if counted:
            yield heading
            yield from (f"  {count:>6}  {what}" for what, count in counted)
    day = translate("{messages} messages: {changed} read otherwise, {unreadable} unreadable, {silent} without news.")
    yield day.format(messages=sums.messages, changed=sums.changed, unreadable=sums.unreadable, silent=sums.silent)


def _value(each: Difference, value: str, shown: bool) -> str:  # noqa: FBT001 - the one thing that it is about
    return value if shown or each.name == FAULT or not value else HIDDEN
