"""A hospital's system as a page shows it: what is known needs no place among those who wait."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from hospital_bridge.pace.paced import Paced
from hospital_bridge.patience import PageWait


@dataclass(frozen=True, slots=True)
class Shown:
    """Every operation by its name, its answer a little old at most; `page` bounds who waits, None for no page."""

    system: Paced
    page: PageWait | None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def shown(*arguments: Any) -> Any:
            answer = self.system.remembered(name, *arguments)
            if answer is not None:
                return answer
            with nullcontext() if self.page is None else self.page.place():
                return self.system.shown(name, *arguments)

        return shown
