"""`make bench [ARGS="hl7 listener"]`: runs each bench_*.py beside this file, prints a table, writes var/bench.json."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).parent
RESULT = Path("var/bench.json")
COLUMNS = ("name", "value", "unit", "ratio", "against")

Row = dict[str, object]


def main(chosen: list[str]) -> None:
    """Run the chosen benchmarks, or all of them."""
    known = sorted(file.stem.removeprefix("bench_") for file in FOLDER.glob("bench_*.py"))
    if strangers := set(chosen) - set(known):
        sys.exit(f"no such benchmark: {', '.join(sorted(strangers))}; known are {', '.join(known)}")
    results: dict[str, list[Row]] = {}
    for name in chosen or known:
        results[name] = import_module(f"tests.benchmarks.bench_{name}").run()
        Console().print(table(name, results[name]))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"machine": machine(), "results": results}, indent=2, ensure_ascii=False))
    print(f"written to {RESULT}")


def table(title: str, rows: Iterable[Row]) -> Table:
    """One benchmark's rows as people read them."""
    printed = Table(*COLUMNS, title=title, title_justify="left")
    for row in rows:
        printed.add_row(*(shown(row.get(column)) for column in COLUMNS))
    return printed


def shown(value: object) -> str:
    """Numbers with a thousands separator; what a row leaves out stays empty."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def machine() -> dict[str, object]:
    """What the figures were measured on: they mean little without it."""
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}


if __name__ == "__main__":
    main(sys.argv[1:])
