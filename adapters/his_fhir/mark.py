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
_UNIT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """`since` is the second to look from, None at the very beginning; `seen` has what changed from `kept` on.

    While there is more to come the look goes on from the newest thing; only then it goes back by the overlap.
    """

    since: datetime | None = None
    kept: datetime | None = None
    seen: Mapping[str, datetime] = field(default_factory=dict)

    def after(self, things: Iterable[tuple[str, datetime]], overlap: timedelta, *, more: bool) -> Mark:
        """The mark once these digests were seen too; what it forgets is not asked for again."""
        seen = {**self.seen, **dict(things)}
        if not seen:
            return self
        newest = max(seen.values())
        kept = _whole(newest - overlap)
        if sum(at >= kept for at in seen.values()) > _MOST:
            kept = _whole(newest)
        kept = max(kept, self.kept or kept)
        since = max(kept, _whole(newest)) if more else kept
        return Mark(since, kept, {digest: at for digest, at in seen.items() if at >= kept})

    def text(self) -> str:
        """As a text, empty for the very beginning."""
        if self.since is None or self.kept is None:
            return ""
        seen = {digest: round((at - self.kept) / _UNIT) for digest, at in self.seen.items()}
        told = {"since": self.since.isoformat(), "kept": self.kept.isoformat(), "seen": seen}
        return json.dumps(told, separators=(",", ":"))


def mark_from(text: str) -> Mark:
    """The mark that such a text stands for; Malformed where it is none of ours."""
    if not text:
        return Mark()
    try:
        told = json.loads(text)
        since, kept = (datetime.fromisoformat(told[key]) for key in ("since", "kept"))
        return Mark(since, kept, {digest: kept + at * _UNIT for digest, at in told["seen"].items()})
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise Malformed("the mark of the feed is none of this adapter's") from None


def digest(identifier: str, version: str) -> str:
    """One version of one thing, in short."""
    return hashlib.sha256(f"{identifier}\n{version}".encode(errors="surrogatepass")).hexdigest()[:_DIGEST]


def _whole(moment: datetime) -> datetime:
    """The second that a server which keeps no finer part would have written."""
    return moment.astimezone(UTC).replace(microsecond=0)
