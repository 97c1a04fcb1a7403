"""How far a feed was read: from where to look again, and what was seen from there on.

Of things of one instant some may come later than others, and a server may write an instant before it commits: so the
look goes back a little, and what was seen already is left out by its id and version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.errors import Malformed

_DIGEST = 12
_MOST = 2_000
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """`since` is a whole second, None at the very beginning; `seen` has the instant of each thing from then on."""

    since: datetime | None = None
    seen: Mapping[str, datetime] = field(default_factory=dict)

    def after(self, things: Iterable[tuple[str, datetime]], overlap: timedelta) -> Mark:
        """The mark once these digests were seen too. It never goes back; what it forgets is not asked for again."""
        seen = {**self.seen, **dict(things)}
        if not seen:
            return self
        newest = max(seen.values())
        since = _whole(newest - overlap)
        if sum(at >= since for at in seen.values()) > _MOST:
            since = _whole(newest)
        since = max(since, self.since or since)
        return Mark(since, {digest: at for digest, at in seen.items() if at >= since})

    def text(self) -> str:
        """As a text, empty for the very beginning."""
        if self.since is None:
            return ""
        seen = {digest: round((at - self.since) / timedelta(microseconds=1)) for digest, at in self.seen.items()}
        return json.dumps({"since": self.since.isoformat(), "seen": seen}, separators=(",", ":"))


def mark_from(text: str) -> Mark:
    """The mark that such a text stands for; Malformed where it is none of ours."""
    if not text:
        return Mark()
    try:
        told = json.loads(text)
        since = datetime.fromisoformat(told["since"])
        return Mark(since, {digest: since + timedelta(microseconds=at) for digest, at in told["seen"].items()})
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise Malformed("the mark of the feed is none of this adapter's") from None


def digest(identifier: str, version: str) -> str:
    """One version of one thing, in short."""
    return hashlib.sha256(f"{identifier}\n{version}".encode(errors="surrogatepass")).hexdigest()[:_DIGEST]


def _whole(moment: datetime) -> datetime:
    """The second that a server which keeps no finer part would have written."""
    return moment.astimezone(UTC).replace(microsecond=0)
