from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from hospital_bridge.verticals.transit.feed import read_feed
from hospital_bridge.verticals.transit.network import Network

FEED = Path(__file__).parents[3] / "fixtures" / "gtfs" / "linjiang"


@cache
def network() -> Network:
    return read_feed(FEED)


class Draft:
    """A copy of the feed in which a test breaks something."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "feed"
        shutil.copytree(FEED, self.folder)

    def replace(self, file: str, old: str, new: str) -> None:
        text = (self.folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (self.folder / file).write_text(text.replace(old, new), encoding="utf-8")

    def line_of(self, file: str, text: str) -> int:
        lines = (self.folder / file).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)
