"""The adapter's declaration and how it is put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.his_http.client import HttpHisClient
from adapters.his_http.desk import HttpDesk
from adapters.his_http.feeds import HttpFeeds
from adapters.his_http.questions import Questions
from adapters.his_http.schema import HttpHisSchema, settings_from
from adapters.his_http.settings import HttpHisSettings
from adapters.http import Timeouts
from adapters.manifest import AdapterContext, Manifest, QualityPoint
from adapters.records.his import RecordsHis
from adapters.records.names import unoffered
from adapters.time import Now


class HttpHis(RecordsHis, HttpFeeds):
    """Every port of the adapter in one object."""

    def __init__(self, client: HttpHisClient, settings: HttpHisSettings, now: Now) -> None:
        questions = Questions(client, settings, now)
        RecordsHis.__init__(self, HttpDesk(questions, settings), now)
        HttpFeeds.__init__(self, questions, settings, now)


def build(loaded: Mapping[str, Any], context: AdapterContext) -> HttpHis:
    """The adapter over a way of its own, with its own timeouts; OSError where the certificate cannot be read."""
    settings = settings_from(loaded)
    timeouts = Timeouts(
        connect=settings.connect_timeout,
        read=settings.reply_timeout,
        total=settings.connect_timeout + settings.reply_timeout,
    )
    transport = context.open_transport(timeouts, ca_file=settings.ca_file or None)
    return HttpHis(HttpHisClient(transport, settings, context.now, context.new_id), settings, context.now)


manifest = Manifest(
    name="http-xml",
    title="Hospital information system over HTTP: SOAP, XML or JSON",
    provides=frozenset({"HisDirectory", "HisScheduling", "HisBilling", "HisInvoices", "HisNews", "HisFeeds"}),
    settings_schema=HttpHisSchema,
    build=build,
    unoffered=unoffered,
    quality=(
        QualityPoint("an answer that cannot be read is never a success", kept=True),
        QualityPoint("every change carries our own number, by which it can be asked for again", kept=True),
        QualityPoint("a value is escaped for the place where it stands and can never add to a request", kept=True),
        QualityPoint("no personal data and no login in logs and error texts", kept=True),
    ),
)
