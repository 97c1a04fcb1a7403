"""What a hospital sends unasked: message type -> how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from adapters.his_hl7.mapping import visits
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.message import Message
from adapters.news import News

READERS: Mapping[str, Callable[[Message, Hl7HisSettings], Sequence[News]]] = {
    "SIU^S15": visits.called_off,
}


def read(message: Message, settings: Hl7HisSettings) -> Sequence[News]:
    """What the message tells; nothing where its type tells nothing that is known here."""
    reader = READERS.get(message.type)
    return () if reader is None else reader(message, settings)
