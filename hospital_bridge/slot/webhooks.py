"""What a vertical tells other systems."""

from __future__ import annotations

from typing import Protocol


class Webhooks(Protocol):
    """Signed events for the systems that the operator's configuration names."""

    def publish(self, event_type: str, subject_key: str, ref: str, link: str, *, urgent: bool = False) -> None:
        """Tell every system that asked for this type of event, after this commit.

        The body holds the type, the time, `ref` (an opaque id) and `link`, where a scoped key reads more; a link that
        begins with a slash stands below the bridge's own address. Events of one `subject_key` (an opaque id) reach a
        system in their order; what is `urgent` goes first and waits for no earlier event.
        """
