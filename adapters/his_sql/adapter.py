"""The adapter's declaration and how it is put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.his_sql.database import HospitalDatabase
from adapters.his_sql.his import SqlHis
from adapters.his_sql.operations import OPERATIONS
from adapters.his_sql.schema import SqlHisSchema
from adapters.his_sql.settings import settings_from
from adapters.manifest import AdapterContext, Manifest, QualityPoint
from adapters.records.names import unoffered


def build(loaded: Mapping[str, Any], context: AdapterContext) -> SqlHis:
    """The adapter over a few pooled connections; none is opened before something is asked."""
    settings = settings_from(loaded)
    database = HospitalDatabase(settings.url, settings.waits, settings.limits)
    return SqlHis(database, settings, context.now, context.new_id)


def left_out(loaded: Mapping[str, Any]) -> Sequence[str]:
    """The operations without a statement; none where the database is only fetched from."""
    written = loaded["operations"]
    return (
        [name for name, known in OPERATIONS.items() if name not in written and not known.method and not known.optional]
        if written
        else []
    )


manifest = Manifest(
    name="sql-view",
    title="Hospital information system behind views and procedures of its own database",
    provides=frozenset({"HisDirectory", "HisScheduling", "HisBilling", "HisInvoices", "HisNews", "HisFeeds"}),
    settings_schema=SqlHisSchema,
    build=build,
    left_out=left_out,
    unoffered=unoffered,
    quality=(
        QualityPoint("a reading runs in a transaction that may not write, and is rolled back", kept=True),
        QualityPoint("a change whose commit is lost is unknown, and never tried again under another number", kept=True),
        QualityPoint("rows of one moment, late rows and rows across pages are never skipped", kept=True),
        QualityPoint("no more connections and no longer statements than the hospital allows", kept=True),
        QualityPoint("no address, value or text of the database in an error", kept=True),
        QualityPoint("a row that was deleted from a view is noticed", kept=False),
    ),
)
