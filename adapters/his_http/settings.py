"""The adapter's settings as its parts use them: every knob of every operation resolved, paths and templates read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from adapters.his_http.outcomes import Judgement, Rule
from adapters.his_http.outcomes import Place as ReplyPlace
from adapters.his_http.template import Place, Template
from adapters.records.conventions import Conventions


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's text comes from: of each group the first place that is filled, the groups joined; or a constant.

    An empty `groups` is the constant.
    """

    groups: tuple[tuple[ReplyPlace, ...], ...]
    constant: str = ""


@dataclass(frozen=True, slots=True)
class Unwrapping:
    """One layer off a reply: in a document of `form` the text at `place`; or `base64`, without a place."""

    form: str
    place: ReplyPlace | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """A checksum of a rendered text, in hex."""

    algorithm: str
    of: Template
    upper: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How one thing is asked for over HTTP. Character sets are codecs; `reply_charset` is '' where the reply says it.

    `statuses` leads from an HTTP status to `read`, `busy`, `unknown` or a Reason.
    """

    url: str
    path: Template
    method: str
    headers: Mapping[str, Template]
    envelope: Template | None
    frame: Template | None
    template: Template
    values: Mapping[str, str]
    digests: Mapping[str, Digest]
    charset: str
    reply_charset: str
    statuses: Mapping[str, str]
    unwrap: Sequence[Unwrapping]
    reply_form: str
    segments: Sequence[str]
    echo: ReplyPlace | None
    judgement: Judgement

    @property
    def templates(self) -> Iterator[tuple[str, Template]]:
        """Every template, by the key that a hospital's IT writes it under."""
        yield from (("path", self.path), ("template", self.template))
        yield from (("headers", header) for header in self.headers.values())
        yield from (("digests", digest.of) for digest in self.digests.values())
        for knob, around in (("envelope", self.envelope), ("frame", self.frame)):
            if around is not None:
                yield knob, around

    @property
    def places(self) -> frozenset[Place]:
        """Every place of a request."""
        return frozenset(place for _, template in self.templates for place in template.places)

    @property
    def names(self) -> frozenset[str]:
        """Every value that a request is made of."""
        return frozenset(place.name for place in self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a reply becomes records: rows (None: the whole is one), which of them, their fields, and what completes them.

    `items` are inside each row and have `item_fields` of their own. `first` names lookups that are asked before, whose
    fields are values of the request; with a `page_size` the list comes in pages. A lookup's answer counts for `keep`.
    """

    rows: ReplyPlace | None
    may_be_absent: bool
    only: Sequence[Rule]
    fields: Mapping[str, Source]
    items: ReplyPlace | None
    item_fields: Mapping[str, Source]
    first: Sequence[str]
    page_size: int
    complete: Sequence[str]
    drop_when_empty: bool
    keep: timedelta
    conventions: Conventions


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that the hospital can be asked, by its name in the settings."""

    name: str
    asking: Asking
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOperation:
    """A list of what is new: `every` so often, rows of one `id` are one thing, `version` orders them.

    The very first look goes `first` back, each look `overlap` behind the last one, and none over more than `window`.
    """

    operation: Operation
    kind: str
    every: timedelta
    id: Source
    version: Source
    by_number: bool
    first: timedelta
    overlap: timedelta
    window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpHisSettings:
    """All of it; times in seconds."""

    operations: Mapping[str, Operation]
    lookups: Mapping[str, Operation]
    feeds: Mapping[str, FeedOperation]
    secrets: Mapping[str, str]
    connect_timeout: float
    reply_timeout: float
    busy_retry: float
    largest_reply: int
    ca_file: str
