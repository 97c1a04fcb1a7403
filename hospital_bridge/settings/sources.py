"""The files of one configuration: the main file and, beside it, `conf.d/*.toml` and `operators.d/*.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hospital_bridge.settings.faults import Fault, with_nearest
from hospital_bridge.settings.section import Place, Section
from hospital_bridge.settings.sentence import Sentence
from hospital_bridge.settings.toml_lines import KeyPath, key_lines

_AT_LINE = re.compile(r"\(at line (\d+)")
_TOP = ("bridge", "operator")


@dataclass(frozen=True, slots=True)
class Document:
    """One file as it was written."""

    file: Path
    table: Mapping[str, Any]
    places: Mapping[KeyPath, Place]


def documents(main: Path, faults: list[Fault]) -> list[Document]:
    """Every file that can be read, the main one first; the others' reasons go to `faults`."""
    files = [main, *sorted(main.parent.glob("conf.d/*.toml")), *sorted(main.parent.glob("operators.d/*.toml"))]
    read = [document for file in files if (document := _read(file, faults)) is not None]
    for document in read:
        faults.extend(_strangers(document))
    return read


def bridge_section(read: Sequence[Document], main: Path, faults: list[Fault]) -> Section:
    """The one `[bridge]` table, put together from all files."""
    table: dict[str, Any] = {}
    places: dict[KeyPath, Place] = {(): Place(main, 0)}
    for document in read:
        part = document.table.get("bridge", {})
        if isinstance(part, dict):
            faults.extend(_joined(table, part, ("bridge",), document, places))
        else:
            faults.append(_fault(document, ("bridge",), "HB-C005", Sentence("expected a table")))
    return Section(table, ("bridge",), "bridge", places, main.parent)


def operator_sections(read: Sequence[Document], main: Path, faults: list[Fault]) -> list[Section]:
    """Each `[operator]` or `[[operator]]` table of any file."""
    sections = []
    for document in read:
        written = document.table.get("operator", [])
        for keys, table in [((), written)] if isinstance(written, dict) else _numbered(written):
            if isinstance(table, dict):
                shown = f"operator[{keys[0] + 1}]" if keys else "operator"
                sections.append(Section(table, ("operator", *keys), shown, document.places, main.parent))
            else:
                faults.append(_fault(document, ("operator", *keys), "HB-C005", Sentence("expected a table")))
    return sections


def _numbered(written: Any) -> Iterator[tuple[tuple[int, ...], Any]]:
    if not isinstance(written, list):
        yield (), written
        return
    for number, table in enumerate(written):
        yield (number,), table


def _read(file: Path, faults: list[Fault]) -> Document | None:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        reason = Sentence("cannot be read: {reason}", {"reason": error.strerror or type(error).__name__})
        faults.append(Fault(file, 0, "", reason, "HB-C001"))
        return None
    except UnicodeDecodeError:
        faults.append(Fault(file, 0, "", Sentence("is not UTF-8 text"), "HB-C001"))
        return None
    return _parsed(file, text, faults)


def _parsed(file: Path, text: str, faults: list[Fault]) -> Document | None:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        told = _AT_LINE.search(str(error))
        line = int(told[1]) if told else text.count("\n") + 1
        reason = Sentence("is not valid TOML: {reason}", {"reason": str(error)})
        faults.append(Fault(file, line, "", reason, "HB-C002"))
        return None
    places = {path: Place(file, line) for path, line in key_lines(text).items()}
    return Document(file, table, {(): Place(file, 0), **places})


def _strangers(document: Document) -> Iterator[Fault]:
    for key in document.table:
        if key not in _TOP:
            yield _fault(document, (key,), "HB-C003", with_nearest(Sentence("unknown key"), key, _TOP))


def _joined(
    table: dict[str, Any],
    part: Mapping[str, Any],
    path: KeyPath,
    document: Document,
    places: dict[KeyPath, Place],
) -> Iterator[Fault]:
    """Put `part` into `table`; a key that both set is a fault of the later file."""
    places.update((here, place) for here, place in document.places.items() if here == path and here not in places)
    for key, value in part.items():
        here = (*path, key)
        if key not in table:
            table[key] = value
            places.update((below, place) for below, place in document.places.items() if below[: len(here)] == here)
        elif isinstance(value, dict) and isinstance(table[key], dict):
            yield from _joined(table[key], value, here, document, places)
        else:
            first = places[here]
            sentence = Sentence("already set in {where}", {"where": f"{first.file}:{first.line}"})
            yield _fault(document, here, "HB-C006", sentence)


def _fault(document: Document, path: KeyPath, code: str, sentence: Sentence) -> Fault:
    return Section(document.table, (), "", document.places, document.file.parent).fault(path, code, sentence)
