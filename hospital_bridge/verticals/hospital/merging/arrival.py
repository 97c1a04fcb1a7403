"""The hospital merges record numbers, links them, or takes that back: heard in the order of its own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.errors import Reason, Refused
from adapters.news import RecordsMerged, RecordsUnmerged
from hospital_bridge.slot import Inbound
from hospital_bridge.verticals.hospital.merging import parting
from hospital_bridge.verticals.hospital.merging.standing import Said, Word
from hospital_bridge.verticals.hospital.record_numbers import MRN, ask_to_match
from hospital_bridge.verticals.hospital.store import record_holders, record_merges
from hospital_bridge.verticals.hospital.visits import joining

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.values import Identifier, PatientRecord
    from hospital_bridge.slot import VerticalWork


def merged(work: VerticalWork, news: RecordsMerged) -> None:
    """The numbers are one record from now on: what waits under any of them finds whoever has bound another."""
    said = Said.LINK if news.in_use else Said.MERGE
    _hear(work, said, news.survivor, news.retired, news)


def unmerged(work: VerticalWork, news: RecordsUnmerged) -> None:
    """The numbers are two people's: what came under the parted ones is the survivor's no more."""
    _hear(work, Said.PART, news.survivor, news.parted, news)


def _hear(
    work: VerticalWork,
    said: Said,
    survivor: PatientRecord,
    others: Sequence[Identifier],
    news: RecordsMerged | RecordsUnmerged,
) -> None:
    stays = survivor.first(MRN)
    numbers = [each.value for each in others if each.system == MRN]
    if not stays or not numbers:
        raise Refused("the merge names no two record numbers", reason=Reason.NOT_FOUND)
    record_merges.take_turn(work)
    index = {number: record_merges.index_of(work, number) for number in (stays, *numbers)}
    record_merges.take_numbers(work, index.values())
    words = [Word(news.told_at, said, index[number], index[stays]) for number in numbers]
    kept = [word_id for word in words if (word_id := record_merges.keep(work, word))]
    if not kept:
        return
    before = parting.held(work, index)
    record_merges.settle(work, {place: number for number, place in index.items()})
    parting.give_back(work, before)
    for number in index:
        joining.settle(work, number)
    for word_id in kept:
        work.audit.record("hospital", f"record.{said}", word_id, holders=str(len(record_holders.holders(work, stays))))
    for number in index:
        ask_to_match(work, number)


MERGED = Inbound(RecordsMerged, merged)
UNMERGED = Inbound(RecordsUnmerged, unmerged)
