"""`hospital-bridge doctor`: is everything well, and if not, what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from hospital_bridge.cli.configured import assembled, configuration_option
from hospital_bridge.cli.doctor_verticals import vertical_lines
from hospital_bridge.cli.language import translate

if TYPE_CHECKING:
    from pathlib import Path

    from hospital_bridge.bootstrap import Bridge, OperatorParts
    from hospital_bridge.store.unit_of_work import Work

LEAST_FREE_BYTES = 1024**3
LARGEST_SKEW = timedelta(seconds=5)
GIBIBYTE = 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` is empty where it is well."""

    about: str
    seen: str
    remedy: str = ""

    @property
    def line(self) -> str:
        """As a person reads it."""
        return f"✗ {self.about}: {self.seen}\n    → {self.remedy}" if self.remedy else f"✓ {self.about}: {self.seen}"


@click.command()
@configuration_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_context
def command(ctx: click.Context, configuration: Path, *, as_json: bool) -> None:
    """Look at configuration, database, clock, links, jobs and disk; exit code 1 when something is wrong.

    It changes nothing: outside systems are only asked questions.
    """
    findings = list(_findings(assembled(configuration)))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        click.echo("\n".join(finding.line for finding in findings))
    ctx.exit(1 if any(finding.remedy for finding in findings) else 0)


def _findings(bridge: Bridge) -> Iterator[Finding]:
    # The configuration was read to come here; one that cannot be used ends before, with exit code 78.
    yield Finding(translate("Configuration"), bridge.settings.digest[:12])
    yield _disk(bridge)
    schema = schema_finding(bridge)
    yield schema
    if schema.remedy:
        return
    yield _login(bridge)
    yield (key := _root_key(bridge))
    if key.remedy:
        return
    for parts in bridge.operators.values():
        yield from _of_operator(bridge, parts)


def _disk(bridge: Bridge) -> Finding:
    folder = bridge.settings.bridge.data_dir
    free = shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.exists())).free
    seen = translate("{free} GiB free").format(free=free // GIBIBYTE)
    remedy = translate("Make room on the disk of data_dir: without space no message is accepted.")
    return Finding(translate("Disk"), seen, remedy if free < LEAST_FREE_BYTES else "")


def schema_finding(bridge: Bridge) -> Finding:
    """Whether the database answers, and has the tables of this program."""
    from hospital_bridge.bootstrap import has_current_schema
    from hospital_bridge.store.engine import DatabaseAway

    try:
        current = has_current_schema(bridge)
    except DatabaseAway as fault:
        return Finding(translate("Database"), type(fault).__name__, _remedy("HB-D001"))
    if current:
        return Finding(translate("Database"), translate("it has the schema of this program"))
    return Finding(translate("Database"), translate("it has another schema than this program"), _remedy("HB-D002"))


def _login(bridge: Bridge) -> Finding:
    from hospital_bridge.store.engine import UnsafeDatabase

    try:
        bridge.store.check()
    except UnsafeDatabase as fault:
        return Finding(translate("Database login"), str(fault), translate("Give the bridge a login of its own."))
    return Finding(translate("Database login"), translate("it has the rights that it needs and no more"))


def _root_key(bridge: Bridge) -> Finding:
    from hospital_bridge.bootstrap import refuse_wrong_root_key
    from hospital_bridge.errors import BridgeError

    try:
        refuse_wrong_root_key(bridge.store)
    except BridgeError as fault:
        return Finding(translate("Root key"), translate(fault.entry.title), _remedy(fault.code))
    return Finding(translate("Root key"), translate("it opens every stored key"))


def _of_operator(bridge: Bridge, parts: OperatorParts) -> Iterator[Finding]:
    operator_id = parts.settings.id
    with bridge.store.read(operator_id) as work:
        yield _clock(bridge, work)
        yield _dead_jobs(work)
        yield _unknown_effects(work)
        if parts.settings.webhooks:
            yield _undone_deliveries(work)
    yield from link_findings(parts)
    yield from (Finding(*line) for line in vertical_lines(bridge, parts))


def _clock(bridge: Bridge, work: Work) -> Finding:
    skew = abs(bridge.outside.clock.now() - work.now)
    seen = translate("{seconds} s from the database's").format(seconds=f"{skew.total_seconds():.1f}")
    remedy = translate("Let NTP set the clocks of this machine and of the database.")
    return Finding(_of(work, translate("Clock")), seen, remedy if skew > LARGEST_SKEW else "")


def _dead_jobs(work: Work) -> Finding:
    count = len(work.jobs.dead())
    remedy = translate("Open the work list on the admin page: mend the cause, then replay each.")
    return Finding(_of(work, translate("Jobs that gave up")), str(count), remedy if count else "")


def _unknown_effects(work: Work) -> Finding:
    from hospital_bridge.payment.effects import PATIENCE

    count = len(work.effects.unknown_since(work.now - PATIENCE))
    remedy = translate("See on the admin page whose answer is missing, and ask that system's engineer.")
    return Finding(_of(work, translate("Outcomes unknown for ten minutes")), str(count), remedy if count else "")


def _undone_deliveries(work: Work) -> Finding:
    from hospital_bridge.store.deliveries import DeliveryKind

    count = work.deliveries.count_undone(DeliveryKind.WEBHOOK)
    remedy = translate("Ask the system's engineer, try it with `webhooks ping`, then send again under Deliveries.")
    return Finding(_of(work, translate("Events that a system did not take")), str(count), remedy if count else "")


def link_findings(parts: OperatorParts) -> Iterator[Finding]:
    """How each link of the operator answers now."""
    from hospital_bridge.link_watch import ask_links

    remedy = translate("Check address, firewall and certificate in the configuration, and whether the other side runs.")
    for answer in ask_links(parts):
        about = f"{parts.settings.id}: {answer.name}"
        left_alone = translate("it is in maintenance and was not asked")
        well = left_alone if answer.in_maintenance else translate("it answers")
        yield Finding(about, answer.fault or well, remedy if answer.fault else "")


def _of(work: Work, about: str) -> str:
    return f"{work.operator_id}: {about}"


def _remedy(code: str) -> str:
    from hospital_bridge.errors import explain

    return translate(explain(code).remedy)
