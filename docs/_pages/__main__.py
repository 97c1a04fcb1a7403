"""`make reference`: writes the pages of docs/reference that are made from code."""

from __future__ import annotations

from pathlib import Path

from docs._pages import commands, configuration, errors, records, scenarios, states

FOLDER = Path(__file__).resolve().parents[1] / "reference"
PAGES = {
    "commands.md": commands.page,
    "configuration.md": configuration.page,
    "errors.md": errors.page,
    "records.md": records.page,
    "scenarios.md": scenarios.page,
    "states.md": states.page,
}


def main() -> None:
    """Write every page; a test refuses a page that differs from its code."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
