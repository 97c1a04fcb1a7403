"""The adapter's declaration and how it is put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.his_fhir.access import Authority
from adapters.his_fhir.client import FhirClient
from adapters.his_fhir.his import FhirHis
from adapters.his_fhir.schema import FhirHisSchema
from adapters.his_fhir.settings import FhirSettings, settings_from
from adapters.http import ClientCertificate, HttpClient, Timeouts
from adapters.manifest import AdapterContext, Manifest, QualityPoint


def build(loaded: Mapping[str, Any], context: AdapterContext) -> FhirHis:
    """The adapter over HTTP; OSError where a TLS file cannot be read."""
    settings = settings_from(loaded)
    http = HttpClient(context.open_transport(_timeouts(settings), **_trust(settings)))
    authority = Authority(settings, http, context.now, context.new_id)
    return FhirHis(FhirClient(http, authority, settings), settings, context.now)


def _timeouts(settings: FhirSettings) -> Timeouts:
    return Timeouts(settings.connect_timeout, settings.reply_timeout, settings.reply_timeout)


def _trust(settings: FhirSettings) -> dict[str, Any]:
    if settings.tls is None:
        return {}
    ours = settings.tls.certificate_file
    shown = {"certificate": ClientCertificate(ours, settings.tls.key_file)} if ours else {}
    return {"ca_file": settings.tls.authority_file or None, **shown}


manifest = Manifest(
    name="fhir",
    title="Hospital information system over FHIR R4, R4B or R5",
    provides=frozenset({"HisDirectory", "HisScheduling", "HisBilling", "HisNews", "HisFeeds", "HisHints"}),
    settings_schema=FhirHisSchema,
    build=build,
    quality=(
        QualityPoint("every change carries our own identifier and is made only where none with it exists", kept=True),
        QualityPoint("a refusal is told from a busy hospital and from an unknown outcome by code tables", kept=True),
        QualityPoint("numbers keep their written form, money is exact to the fen and in CNY alone", kept=True),
        QualityPoint("no value can become another address, and no link leads away from the server", kept=True),
        QualityPoint("no personal data in error texts", kept=True),
    ),
)
