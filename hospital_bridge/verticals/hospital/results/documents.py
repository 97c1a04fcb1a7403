"""Documents that come with a report: only what is a PDF, and of a size that a phone can take, is kept."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.results.version import KeptDocument

if TYPE_CHECKING:
    from adapters.news import Document

PDF = "application/pdf"
LARGEST = 8 * 1024 * 1024
_HEADER_WITHIN = _TRAILER_WITHIN = 1024
"""ISO 32000-1 annex H: readers accept a header and a trailer that stand within so many bytes of either end."""


class Fault(StrEnum):
    """Why the content of a document was not kept."""

    NOT_SENT = "not_sent"
    NOT_A_PDF = "not_a_pdf"
    TOO_LARGE = "too_large"


def looked_at(number: int, document: Document) -> KeptDocument:
    """What is known of the document, and why its content cannot be kept if it cannot."""
    size = len(document.content)
    return KeptDocument(number, document.title, document.content_type, size, _fault(document))


def _fault(document: Document) -> str:
    if not document.content:
        return Fault.NOT_SENT
    if len(document.content) > LARGEST:
        return Fault.TOO_LARGE
    return "" if is_pdf(document.content) else Fault.NOT_A_PDF


def is_pdf(content: bytes) -> bool:
    """Whether the bytes begin and end as a PDF does, whatever the sender calls them."""
    return b"%PDF-" in content[:_HEADER_WITHIN] and b"%%EOF" in content[-_TRAILER_WITHIN:]
