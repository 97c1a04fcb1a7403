"""What a hospital's IT department tells the adapter for its own database."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from sqlalchemy import exc, make_url

from adapters.his_sql.operation_schema import FeedSchema, OperationsSchema
from adapters.records.names import POSTS, lacking_beside
from adapters.records.schema import ConventionsSchema


def _address(url: str) -> None:
    """Nothing of the address is repeated: it holds a password."""
    try:
        make_url(url).get_dialect().import_dbapi()
    except exc.NoSuchModuleError:
        raise ValidationError("it names a kind of database that SQLAlchemy does not know") from None
    except ImportError as error:
        raise ValidationError(f"its driver is not installed: {error.name}") from None
    except (exc.ArgumentError, ValueError, NotImplementedError):
        raise ValidationError("not an address such as postgresql+psycopg://user:password@host/database") from None


def _charset(name: str) -> None:
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValidationError("not a character set such as gb18030") from None


def _seconds(default: float, what: str) -> fields.Float:
    above_zero = validate.Range(min=0, min_inclusive=False)
    return fields.Float(load_default=default, validate=above_zero, metadata={"description": f"Seconds {what}."})


def _count(default: int, most: int, what: str) -> fields.Integer:
    return fields.Integer(
        load_default=default, strict=True, validate=validate.Range(1, most), metadata={"description": what}
    )


class SqlHisSchema(Schema):
    """A hospital information system behind views and procedures of its database."""

    url = fields.String(
        required=True,
        validate=_address,
        metadata={
            "secret": True,
            "description": "SQLAlchemy's address of the database, with a user who may only read.",
        },
    )
    connect_timeout = _seconds(5.0, "to wait for a connection")
    reply_timeout = _seconds(20.0, "that one statement or lock may take, and an answer elsewhere")
    connections = _count(4, 64, "Connections to the database at the same time.")
    queue_timeout = _seconds(3.0, "to wait for a free connection; then the hospital counts as busy")
    busy_retry = _seconds(30.0, "until a busy hospital is asked again")
    recycle = _seconds(600.0, "that a connection is kept")
    rows = _count(10_000, 1_000_000, "Rows of one answer; a longer one is refused, never cut off.")
    charset = fields.String(
        load_default="gb18030",
        validate=_charset,
        metadata={"description": "Of texts that the driver gives as bytes; else the driver's own setting counts."},
    )
    conventions = fields.Nested(
        ConventionsSchema,
        load_default=lambda: ConventionsSchema().load({}),
        metadata={"description": "What the texts of columns and parameters mean."},
    )
    operations = fields.Nested(
        OperationsSchema,
        load_default=dict,
        metadata={"description": "What the database can be asked; what is left out is never asked."},
    )
    feeds = fields.List(
        fields.Nested(FeedSchema), load_default=list, metadata={"description": "Where news is fetched."}
    )

    @validates_schema(skip_on_field_errors=True)
    def answerable(self, loaded: Mapping[str, Any], **_: Any) -> None:
        """What posts money can be asked about; of a booking that cannot be, a person decides."""
        operations = loaded["operations"]
        told = {name: [*lacking_beside(name, operations)] for name in operations.keys() & {*POSTS}}
        if faults := {name: lacks for name, lacks in told.items() if lacks}:
            raise ValidationError({"operations": faults})
