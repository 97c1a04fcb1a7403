"""A reply taken apart: its bytes, its wrappers one after another, the document inside."""

from __future__ import annotations

from typing import Any

from adapters.documents import from_base64
from adapters.errors import Malformed
from adapters.his_http import charset
from adapters.his_http.documents import parsed_json, xml
from adapters.his_http.hl7_places import hl7
from adapters.his_http.settings import Asking, Unwrapping
from adapters.http import Response

XML, JSON, HL7, BASE64 = "xml", "json", "hl7", "base64"
FORMS = (XML, JSON, HL7)


def document_of(response: Response, asking: Asking) -> Any:
    """The document inside; Malformed where any layer cannot be read."""
    content_type = response.headers.get("content-type", "")
    text = charset.decoded(response.body, content_type, fixed=asking.reply_charset, usual=asking.charset)
    for layer in asking.unwrap:
        text = _unwrapped(text, layer, asking)
    return document(text, asking.reply_form, asking)


def document(text: str, form: str, asking: Asking) -> Any:
    """The text as a document of that form."""
    if form == XML:
        return xml(text)
    return parsed_json(text) if form == JSON else hl7(text, asking.segments)


def _unwrapped(text: str, layer: Unwrapping, asking: Asking) -> str:
    if layer.place is None:
        return _from_base64(text, asking)
    outer = document(text, layer.form, asking)
    found = list(layer.place.texts(outer, outer))
    if not found or not found[0]:
        raise Malformed(f"{layer.place.written}: nothing is wrapped there")
    return found[0]


def _from_base64(text: str, asking: Asking) -> str:
    try:
        raw = from_base64(text)
    except ValueError:
        raise Malformed("what is wrapped is no Base64") from None
    return charset.decoded(raw, "", fixed=asking.reply_charset, usual=asking.charset)
