"""One rule under atheris: `python -m tests.fuzz.target RULE [libFuzzer's words]`; started by tests.fuzz."""

from __future__ import annotations

import sys
from importlib import import_module

atheris = import_module("atheris")
with atheris.instrument_imports(include=["adapters"]):
    from tests.fuzz.rules import RULES


def main(rule: str, words: list[str]) -> None:
    """Run until the time is over or the rule is broken."""
    atheris.Setup([sys.argv[0], *words], RULES[rule])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
