"""What has changed and when: each resource that was told, with its version and the instant of its last change."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hospital_bridge.sandbox.hospital.doors.fhir.resources import Resource

if TYPE_CHECKING:
    from hospital_bridge.clock import Clock


class Shelf:
    """Resources by type and id, each as it was last laid down; safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._laid: dict[tuple[str, str], Resource] = {}

    def lay(self, resource: Resource) -> Resource:
        """Lay it down as the next version of itself, now."""
        key = (resource["resourceType"], resource["id"])
        with self._lock:
            before = self._laid.pop(key, None)
            version = int(before["meta"]["versionId"]) + 1 if before else 1
            at = self._clock.now().astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
            self._laid[key] = resource | {"meta": {"versionId": str(version), "lastUpdated": at}}
            return self._laid[key]

    def get(self, kind: str, identifier: str) -> Resource | None:
        """The resource as it stands, None where none was laid down."""
        with self._lock:
            return self._laid.get((kind, identifier))

    def since(self, kind: str, at: datetime | None) -> Sequence[Resource]:
        """Everything of a type that changed at that instant or later, oldest first."""
        with self._lock:
            laid = [each for (of, _), each in self._laid.items() if of == kind]
        found = [each for each in laid if at is None or _changed(each) >= at]
        return sorted(found, key=_changed)

    def version(self, kind: str, identifier: str) -> str:
        """The version of a resource; `1` for one that never changed."""
        found = self.get(kind, identifier)
        return "1" if found is None else str(found["meta"]["versionId"])


def _changed(resource: Resource) -> datetime:
    return datetime.fromisoformat(resource["meta"]["lastUpdated"])
