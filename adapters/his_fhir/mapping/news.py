"""What was fetched: type of resource -> how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.errors import Malformed
from adapters.his_fhir.mapping import charges, merges, reports, visits
from adapters.his_fhir.mapping.item import Item, Told, unpacked
from adapters.his_fhir.node import Node
from adapters.his_fhir.settings import FhirSettings
from adapters.news import Left, News, Preview, Unread

Reader = Callable[[Item, FhirSettings], Iterator[Told]]

READERS: Mapping[str, Reader] = {
    "Patient": merges.patient,
    "Appointment": visits.appointment,
    "Encounter": visits.encounter,
    "Invoice": charges.invoice,
    "ChargeItem": charges.charge,
    "DiagnosticReport": reports.report,
}
_NO_DATA = frozenset({"resourceType", "id", "meta"})


@dataclass(frozen=True, slots=True)
class Heard:
    """The news of an item in its order, and what of it was read and is no news."""

    news: Sequence[News] = ()
    left: Sequence[Left] = ()


def read(raw: bytes, settings: FhirSettings) -> Heard:
    """What the item tells; nothing where its type tells nothing that is known here. Half of it is never news."""
    return _heard(unpacked(raw, settings.base_url), settings)


def preview(raw: bytes, settings: FhirSettings) -> Preview:
    """The same, and every value of the things themselves and of their neighbours that nothing looked at."""
    items = unpacked(raw, settings.base_url, set())
    heard = _heard(items, settings)
    mains = {id(item.main.value) for item in items}
    beside = {id(each.value): each for item in items for each in item.neighbours.all() if id(each.value) not in mains}
    roots = [*(item.main for item in items), *beside.values()]
    try:
        return Preview(heard.news, heard.left, [Unread(*each) for root in roots for each in _unseen(root)])
    except RecursionError:
        raise Malformed("objects within each other without end") from None


def _heard(items: Sequence[Item], settings: FhirSettings) -> Heard:
    told = [each for item in items for each in _told(item, settings)]
    return Heard(
        tuple(each for each in told if not isinstance(each, Left)),
        tuple(each for each in told if isinstance(each, Left)),
    )


def _told(item: Item, settings: FhirSettings) -> Iterator[Told]:
    kind = item.main.type
    wrong_bill = {"Invoice": "ChargeItem", "ChargeItem": "Invoice"}
    reader = READERS.get(kind)
    if reader is None or wrong_bill.get(kind) == settings.map.bill_from:
        yield Left(kind, "a resource that tells no news here")
    else:
        yield from reader(item, settings)


def _unseen(root: Node) -> Iterator[tuple[str, str]]:
    """What identifies a resource or says when it was written is no data that a map could read."""
    told = root.unseen()
    return (each for each in told if each[0].removeprefix(f"{root.path}.").split(".")[0] not in _NO_DATA)
