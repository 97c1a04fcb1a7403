"""The adapter's declaration and how it is put together."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import partial
from typing import Any

from adapters.his_hl7.client import Hl7Client
from adapters.his_hl7.his import Hl7His
from adapters.his_hl7.schema import Hl7HisSchema
from adapters.his_hl7.settings import TlsFiles, settings_from
from adapters.hl7.pool import LinkPool
from adapters.manifest import AdapterContext, Manifest, QualityPoint


def build(loaded: Mapping[str, Any], context: AdapterContext) -> Hl7His:
    """The adapter over a few persistent MLLP connections; OSError where a TLS file cannot be read."""
    settings = settings_from(loaded)
    opening = partial(
        context.open_link,
        settings.host,
        settings.port,
        connect_timeout=settings.connect_timeout,
        reply_timeout=settings.reply_timeout,
        tls=_tls(settings.tls) if settings.tls else None,
    )
    links = LinkPool(opening, settings.connections, settings.queue_timeout)
    return Hl7His(Hl7Client(links, settings, context.now, context.new_id), settings)


def _tls(files: TlsFiles) -> ssl.SSLContext:
    tls = ssl.create_default_context(cafile=files.authority_file)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    if files.certificate_file:
        tls.load_cert_chain(files.certificate_file, files.key_file or None)
    return tls


manifest = Manifest(
    name="hl7v2",
    title="Hospital information system over HL7 v2.5.1 and MLLP",
    provides=frozenset({"HisDirectory", "HisScheduling", "HisBilling", "HisNews"}),
    settings_schema=Hl7HisSchema,
    build=build,
    quality=(
        QualityPoint("a late answer is never taken for the answer to another message", kept=True),
        QualityPoint("every change carries our own number, by which it can be asked for again", kept=True),
        QualityPoint("a refusal is told from a busy hospital and from an unknown outcome by code tables", kept=True),
        QualityPoint("no personal data in error texts", kept=True),
    ),
)
