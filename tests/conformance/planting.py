"""Distributions that are installed for one test, in a folder of the module path: one planted, one built as a wheel."""

from __future__ import annotations

import shutil
import subprocess
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

CINEMA_WHEEL = ROOT / "tests" / "conformance" / "cinema_wheel"
CINEMA_PACKAGE, CINEMA_DISTRIBUTION, CINEMA = "strangers_cinema", "strangers-cinema", "cinema"


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
    try:
        with on_the_path(folder, PACKAGE):
            yield
    finally:
        uproot(folder)


def install_cinema(folder: Path) -> Path:
    """Build the cinema's wheel and install it with pip, without network; the folder that stands for site-packages."""
    source, wheels, site = folder / "source", folder / "wheels", folder / "site"
    shutil.copytree(CINEMA_WHEEL, source, ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input"]
    alone = ["--no-deps", "--no-index"]
    build = [*pip, "wheel", *alone, "--no-build-isolation", "--wheel-dir", str(wheels), str(source)]
    subprocess.run(build, check=True, capture_output=True, timeout=60)
    (wheel,) = wheels.glob("*.whl")
    install = [*pip, "install", *alone, "--no-compile", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=60)
    return site


@contextmanager
def on_the_path(site: Path, package: str) -> Iterator[None]:
    """What stands in the folder is installed while the block runs."""
    sys.path.insert(0, str(site))
    invalidate_caches()
    try:
        yield
    finally:
        if str(site) in sys.path:
            sys.path.remove(str(site))
        for module in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[module]
        invalidate_caches()


def uproot(folder: Path) -> None:
    """Uninstall it, as pip would; a second time changes nothing."""
    if str(folder) in sys.path:
        sys.path.remove(str(folder))
    shutil.rmtree(folder, ignore_errors=True)
    sys.modules.pop(PACKAGE, None)
    invalidate_caches()
