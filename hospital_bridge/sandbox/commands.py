"""`python -m hospital_bridge.sandbox.commands`: several commands of the bridge in one process, which is loaded once.

Standard input holds them as JSON, each as the list of its words. The first that fails ends it, with its exit code.
"""

from __future__ import annotations

import json
import sys
from runpy import run_module


def run(commands: list[list[str]]) -> None:
    """Run each as `python -m hospital_bridge` would; SystemExit of the first that fails."""
    for words in commands:
        sys.argv[1:] = words
        try:
            run_module("hospital_bridge", run_name="__main__")
        except SystemExit as end:
            if end.code:
                raise


if __name__ == "__main__":
    run(json.load(sys.stdin))
