"""A stage whose bridge is started to die at a chosen point, and started again by whoever finds it dead."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hospital_bridge.sandbox.stage import Stage, StageFailed
from tests.crash.mortal import AT, LOG
from tests.crash.zygote import Forked, Zygote


class MortalStage(Stage):
    """`deaths` counts the bridges that were found dead."""

    log: Path
    zygote: Zygote
    deaths = 0
    _deadly: int | None = None

    def start_mortal(self, deadly: int) -> None:
        """Start a bridge in place of the one that runs; it dies at that point of its life, 0 spares it."""
        self.stop()
        self.log.unlink(missing_ok=True)
        self._deadly = deadly
        try:
            self.start()
        except StageFailed:
            if not self.revive():
                raise

    def revive(self) -> bool:
        """Start the bridge again, as a service manager would; False when it is alive."""
        if self._bridge is None or self._bridge.poll() is None:
            return False
        self.deaths += 1
        self._deadly = None
        self.start()
        return True

    @property
    def points(self) -> list[str]:
        """What the mortal bridge has passed since it was started."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def _launched(self, words: Sequence[str]) -> Forked:
        return self.zygote.start(words, self._environment())

    def _environment(self) -> dict[str, str]:
        mortal = {} if self._deadly is None else {LOG: str(self.log), AT: str(self._deadly)}
        return super()._environment() | mortal
