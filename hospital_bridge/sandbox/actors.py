"""What a vertical brings to a demo: things that stand outside of the bridge and speak the vertical's own protocol.

They come through an entry point under the vertical's name, as the vertical itself does: the core knows none by name.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

GROUP = "hospital_bridge.actors"


def actors(vertical: str) -> Any:
    """The module that the vertical offers; LookupError where it offers none."""
    for point in entry_points(group=GROUP, name=vertical):
        return point.load()
    raise LookupError(f"{vertical} brings no actors")
