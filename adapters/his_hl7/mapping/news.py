"""What a hospital sends unasked: message type -> how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from adapters.errors import Malformed
from adapters.heard import Heard, Told, sorted_out
from adapters.his_hl7.map_settings import NewsMap
from adapters.his_hl7.mapping import authored, charges, merges, results, stays, unmapped, visits
from adapters.his_hl7.mapping.layout import PatientPart, patient_parts
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.message import Message, Oddity
from adapters.hl7.null import told
from adapters.news import Left

Reader = Callable[[Message, PatientPart, Hl7HisSettings], Iterator[Told]]

_NOT_WHOLE = {
    Oddity.SEVERAL_MESSAGES: "MSH(2): a second message where one was expected",
    Oddity.UNDECODABLE: "MSH-18: bytes that are no character in any known set",
}


def read(message: Message, settings: Hl7HisSettings) -> Heard:
    """What the message tells; nothing where its type tells nothing that is known here.

    A trigger of the hospital's own is read as the one that the settings name. Malformed where it is only a part of a
    message: half of a message is never news.
    """
    readers = list(_readers(settings.kind_of(message.type), settings.map))
    if not readers:
        return Heard(left=(Left("MSH-9", "a type of message that the map reads nothing from"),))
    _check_whole(message)
    parts = list(patient_parts(message))
    told = [told for reader in readers for part in parts for told in reader(message, part, settings)]
    return sorted_out([*told, *(left for part in parts for left in unmapped.of_patient(part, settings))])


def _readers(kind: str, wanted: NewsMap) -> Iterator[Reader]:
    table: tuple[tuple[frozenset[str], Reader], ...] = (
        (wanted.patient.merging, merges.merged),
        (wanted.patient.linking, merges.linked),
        (wanted.patient.parting, merges.parted),
        (wanted.patient.updating, merges.updated),
        (wanted.visit.messages, visits.registered),
        (wanted.visit.cancelling, visits.called_off),
        (wanted.stay.types, stays.told),
        (wanted.bill.charges, charges.charged),
        (wanted.bill.accounts, charges.on_account),
        (wanted.bill.orders, charges.ordered),
        (wanted.result.messages, results.issued),
        (wanted.document.messages, authored.issued),
        (wanted.document.correcting, authored.corrected),
        (wanted.document.replacing, authored.replaced),
        (wanted.document.cancelling, authored.cancelled),
    )
    return (reader for types, reader in table if kind in types)


def _check_whole(message: Message) -> None:
    fault = next((text for oddity, text in _NOT_WHOLE.items() if oddity in message.problems), None)
    if fault is not None:
        raise Malformed(fault)
    stray = next((line for line, segment in enumerate(message.segments(), start=1) if not segment.name), None)
    if stray is not None:
        raise Malformed(f"line {stray} is no segment: a line break inside a value is written as an escape")
    if told(message["DSC-1"]) or message.segments("ADD"):
        raise Malformed("DSC-1: a part of a message whose rest comes in another")
