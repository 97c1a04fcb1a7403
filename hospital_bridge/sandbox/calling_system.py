"""A doctor's own system, which calls patients by the API with a key of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hospital_bridge.sandbox.api_client import ApiClient

if TYPE_CHECKING:
    from collections.abc import Mapping


class CallingSystem(ApiClient):
    """Speaks of desks; a `desk_id` begins with the vertical's name."""

    def desk(self, desk_id: str) -> Mapping[str, Any]:
        """Whom the desk holds and who waits."""
        return self.get(_path(desk_id))

    def press(self, desk_id: str, button: str, press_key: str) -> Mapping[str, Any]:
        """Press a button of the desk, and the desk afterwards; the same `press_key` is the same press."""
        return self.post(f"{_path(desk_id)}/{button}", {}, press_key)


def _path(desk_id: str) -> str:
    return f"desks/{desk_id.partition('.')[0]}/{desk_id}"
