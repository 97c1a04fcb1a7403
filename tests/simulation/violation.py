"""An invariant is broken: what, where, and how to see it again."""

from __future__ import annotations

from collections.abc import Iterable

from tests.simulation.options import Options


class Violation(AssertionError):
    """`broken` names the invariants; the text holds all that a replay needs."""

    def __init__(self, broken: Iterable[str], options: Options, step: int, lines: Iterable[str]) -> None:
        self.broken = list(broken)
        told = "\n  ".join(self.broken)
        way = "\n  ".join(lines)
        super().__init__(
            f"seed {options.seed}, step {step}:\n  {told}\n"
            f"options: {options.told()}\n"
            f"the last steps:\n  {way}\n"
            f"replay: make simulate ARGS='--seed {options.seed}'"
        )
