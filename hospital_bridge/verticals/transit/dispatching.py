"""A dispatcher says that a line is disrupted, and whoever rode it lately is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import Go, Notice, Page, PageRequest, View
from hospital_bridge.verticals.transit import operating
from hospital_bridge.verticals.transit.disruption import LATELY, Disruption, Kind
from hospital_bridge.verticals.transit.store import accounts, disruptions, taps
from notifications.catalogue import Entry
from notifications.message import Kind as Parameter
from notifications.message import Template

if TYPE_CHECKING:
    from hospital_bridge.slot import Scope

DISPATCHER = "dispatcher"
TELL = "transit.tell_disruption"
HOLDER = "holder"
AT_ONCE = 200
"""So many are told in one transaction."""
LONGEST_NAME = 40
"""Characters of a line's name that a message has room for."""
_SHOWN = 20


class Said(Schema):
    """A line of the feed and what is said of it."""

    line = fields.String(required=True, validate=validate.Length(1, 64))
    kind = fields.Enum(Kind, by_value=True, required=True)


def _notice(kind: Kind, sentence: str) -> Notice:
    event = f"line.{kind.value}"
    template = Template(event.replace(".", "_"), {"line": Parameter.LABEL})
    return Notice(Entry(event, HOLDER, template), sentence)


NOTICES = (
    _notice(Kind.DELAYED, "%(line)s is delayed; please allow more time."),
    _notice(Kind.SUSPENDED, "%(line)s is suspended; please take another way."),
    _notice(Kind.RESUMED, "%(line)s runs normally again."),
)


def show(request: PageRequest) -> View:
    """The lines, and what was said last."""
    with request.scope.read() as work:
        said = disruptions.latest(work, _SHOWN)
    lines = operating.network(request.scope.settings["feed"]).lines
    return View("disruptions.html", {"lines": lines, "said": said, "kinds": list(Kind), "errors": request.errors})


def say(request: PageRequest) -> Go:
    """Keep what is said and have it told; a line that is not in the feed is passed over."""
    line_id, kind = request.data["line"], request.data["kind"]
    if line_id in operating.network(request.scope.settings["feed"]).lines:
        with request.scope.begin() as work:
            disruption = Disruption(work.ids.new(), line_id, kind, work.now)
            disruptions.add(work, disruption)
            work.jobs.add(TELL, disruption.disruption_id, stream=f"{TELL}:{line_id}")
            work.audit.record(request.principal, "line.disrupted", line_id, kind=kind.value)
    return Go("disruptions")


def tell(scope: Scope, disruption_id: str) -> None:
    """Tell everybody who rode the line lately, each once however often the job runs."""
    with scope.read() as work:
        disruption = disruptions.get(work, disruption_id)
        city = operating.network(work.settings["feed"])
        since = disruption.said_at - LATELY
        riders = taps.riders_of(work, disruption.line_id, city.stops_of(disruption.line_id), since)
    name = city.lines[disruption.line_id].name[:LONGEST_NAME]
    for first in range(0, len(riders), AT_ONCE):
        with scope.begin() as work:
            for wallet_user_id in accounts.payers(work, riders[first : first + AT_ONCE]):
                event = f"line.{disruption.kind.value}"
                work.messages.tell(event, HOLDER, wallet_user_id, {"line": name}, dedupe_key=f"{event}:{disruption_id}")


PAGES = (
    Page("disruptions", "disruptions", show, role=DISPATCHER, menu="Disruptions"),
    Page("disruptions.say", "disruptions", say, role=DISPATCHER, method="POST", schema=Said, again="disruptions"),
)
