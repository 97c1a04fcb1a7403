"""A distribution that is installed for one test: its package and its metadata, in a folder of the module path."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import invalidate_caches
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.architecture.tree import ROOT

WHEEL = ROOT / "tests" / "conformance" / "rides_wheel"
PACKAGE, DISTRIBUTION, NAME = "strangers_rides", "strangers-rides", "rides"


@contextmanager
def planted(folder: Path, distribution: str = DISTRIBUTION) -> Iterator[None]:
    """Installed as pip would install it while the block runs, and gone afterwards."""
    shutil.copytree(WHEEL, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for catalogue in (folder / PACKAGE / "catalogues").glob("*.po"):
        with catalogue.open("rb") as read, catalogue.with_suffix(".mo").open("wb") as written:
            write_mo(written, read_po(read))
    about = folder / f"{distribution.replace('-', '_')}-1.2.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n", encoding="utf-8")
    points = f"[hospital_bridge.verticals]\n{NAME} = {PACKAGE}:VERTICAL\n"
    (about / "entry_points.txt").write_text(points, encoding="utf-8")
    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        yield
    finally:
        uproot(folder)


def uproot(folder: Path) -> None:
    """Uninstall it, as pip would; a second time changes nothing."""
    if str(folder) in sys.path:
        sys.path.remove(str(folder))
        shutil.rmtree(folder)
    sys.modules.pop(PACKAGE, None)
    invalidate_caches()
