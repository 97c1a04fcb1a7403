"""A reply taken apart: its bytes, its wrappers one after another, the document inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.documents import from_base64
from adapters.errors import Malformed
from adapters.his_http import charset
from adapters.his_http.documents import parsed_json, xml
from adapters.his_http.hl7_places import hl7
from adapters.his_http.settings import Asking
from adapters.http import Response

XML, JSON, HL7, BASE64 = "xml", "json", "hl7", "base64"
FORMS = (XML, JSON, HL7)


class NothingInside(Malformed):
    """A wrapper that is empty: where a code stands outside of the data, a no has none."""


def layers(response: Response, asking: Asking) -> Iterator[tuple[Any, bool]]:
    """The documents of an answer from the outside in, and whether it is the inmost; Malformed where one is none."""
    content_type = response.headers.get("content-type", "")
    text = charset.decoded(
        response.body, content_type, fixed=asking.reply_charset, usual=charset.codec_of(asking.charset) or "utf-8"
    )
    for layer in asking.unwrap:
        if layer.place is None:
            text = _from_base64(text, asking)
            continue
        outer = document(text, layer.form, asking)
        yield outer, False
        text = next(layer.place.texts(outer, outer), "")
        if not text:
            raise NothingInside(f"{layer.place.written}: nothing is wrapped there")
    yield document(text, asking.reply_form, asking), True


def inmost(response: Response, asking: Asking) -> Any:
    """The document inside all layers; Malformed where one cannot be read."""
    *_, (found, _) = layers(response, asking)
    return found


def document(text: str, form: str, asking: Asking) -> Any:
    """The text as a document of that form."""
    if form == XML:
        return xml(text)
    return parsed_json(text) if form == JSON else hl7(text, asking.segments)


def _from_base64(text: str, asking: Asking) -> str:
    try:
        raw = from_base64(text)
    except ValueError:
        raise Malformed("what is wrapped is no Base64") from None
    return charset.decoded(raw, "", fixed=asking.reply_charset, usual=charset.codec_of(asking.charset) or "utf-8")
