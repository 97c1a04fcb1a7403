"""Whose packages are imported: others on the public index own the names `adapters` and `notifications` too.

Were one of theirs installed beside ours, half of the bridge would silently be foreign code; so this is
checked at every start. Editable installs do not list their packages, hence the search path is asked.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from hospital_bridge.errors import BridgeError

PACKAGES = ("hospital_bridge", "adapters", "queueing", "notifications")


def refuse_strangers() -> None:
    """BridgeError HB-C015, naming every package of ours that comes from another place than this one."""
    ours = Path(__file__).resolve().parents[1]
    strangers = [f"{name} from {origin}" for name in PACKAGES if (origin := _folder(name)) != ours]
    if strangers:
        raise BridgeError("HB-C015", f"{', '.join(strangers)}; expected {ours}.")


def _folder(name: str) -> Path | None:
    """The folder that holds the package which an import of `name` would find."""
    found = find_spec(name)
    return Path(found.origin).resolve().parents[1] if found is not None and found.origin else None
