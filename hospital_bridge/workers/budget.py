"""How many bytes all connections together may hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Budget:
    """Bytes to be taken before they are held; whoever finds too few left waits for those that others give back."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._left = most
        self._waiting: dict[Callable[[], None], None] = {}

    @property
    def held(self) -> int:
        """How many bytes are held now."""
        return self._most - self._left

    def take(self, amount: int) -> bool:
        """Hold that many bytes; False where so many are not free."""
        if self._left < amount:
            return False
        self._left -= amount
        return True

    def give(self, amount: int) -> None:
        """Free that many bytes, and let whoever waits try again."""
        self._left += amount
        if amount and self._waiting:
            waiting, self._waiting = self._waiting, {}
            for again in waiting:
                asyncio.get_running_loop().call_soon(again)

    def wait(self, again: Callable[[], None]) -> None:
        """Call once, when bytes were given back; they may yet be too few."""
        self._waiting[again] = None

    def leave(self, again: Callable[[], None]) -> None:
        """Wait no longer."""
        self._waiting.pop(again, None)
