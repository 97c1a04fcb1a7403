"""A vertical says who it is, what it keeps of people and why, and says it in both languages."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from importlib.metadata import packages_distributions, requires
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from hospital_bridge.inventory import entry_of
from hospital_bridge.slot import BOARD, KIOSK, PATIENT
from tests.conformance.candidates import Candidate

FACADE = (
    "hospital_bridge.slot",
    "hospital_bridge.errors",
    "hospital_bridge.settings.values",
    "hospital_bridge.store.metadata",
)
"""All of the core that a vertical may import: the slot, the permanent codes, the types of settings and of columns."""

NEUTRAL = (
    "adapters.errors",
    "adapters.invoices",
    "adapters.news",
    "adapters.stays",
    "adapters.sums",
    "adapters.ports",
    "adapters.values",
    "queueing",
    "notifications",
)
LIBRARIES = frozenset({"alembic", "marshmallow", "sqlalchemy"})
NEVER = frozenset({"flask", "jinja2", "psycopg", "sqlite3", "werkzeug"})
FILLING = re.compile(r"%\(\w+\)[sd]")
TEMPLATES = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}


def test_it_does_something_and_is_called_something(candidate: Candidate) -> None:
    vertical = candidate.vertical
    assert vertical.manifest.title
    assert vertical.sales or vertical.lines or vertical.pages


def test_every_class_of_personal_data_has_a_purpose_an_end_and_a_place(candidate: Candidate) -> None:
    kept = candidate.vertical.manifest.personal_data
    assert all(each.purpose and each.retention > timedelta() for each in kept)
    assert len({each.name for each in kept}) == len(kept)
    if kept:
        assert candidate.vertical.export_subject is not None
        assert candidate.vertical.erase_subject is not None


def test_what_it_may_see_can_be_listed(candidate: Candidate) -> None:
    entry = entry_of(candidate.vertical)
    assert set(entry["pages"]) <= {PATIENT, BOARD, KIOSK, *entry["roles"]}
    assert entry["cards"] == sorted(card.kind for card in candidate.vertical.cards)


def test_it_imports_nothing_of_the_core_but_the_slot(candidate: Candidate) -> None:
    assert {name for name in imported(candidate) if not allowed(candidate, name)} == set()


@pytest.mark.parametrize("name", ["hospital_bridge.store.payments", "hospital_bridge.web", "flask", "adapters.alipay"])
def test_an_import_of_the_core_is_seen(candidate: Candidate, name: str) -> None:
    assert not allowed(candidate, name)


def imported(candidate: Candidate) -> Iterator[str]:
    for file in candidate.folder.rglob("*.py"):
        # A simulated outside, such as a gate, is no part of what runs in the bridge.
        if "sandbox" in file.relative_to(candidate.folder).parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            # What begins with a dot is the package itself.
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module


def allowed(candidate: Candidate, name: str) -> bool:
    top = name.split(".", maxsplit=1)[0]
    if top in NEVER:
        return False
    if any(_within(name, home) for home in (candidate.package, *FACADE, *NEUTRAL)):
        return True
    return top in sys.stdlib_module_names or top in LIBRARIES or (top not in _OURS and top in _required(candidate))


_OURS = frozenset({"hospital_bridge", "adapters"})


def _within(name: str, home: str) -> bool:
    return name == home or name.startswith(f"{home}.")


def _required(candidate: Candidate) -> set[str]:
    """The top-level packages that its distribution's own requirements bring."""
    wanted = [line.lower().replace("_", "-") for line in requires(candidate.distribution) or ()]
    return {
        package
        for package, distributions in packages_distributions().items()
        if any(line.startswith(name.lower().replace("_", "-")) for name in distributions for line in wanted)
    }


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_sentence_is_in_both_catalogues(candidate: Candidate, language: str) -> None:
    missing = sentences(candidate) - known(candidate.folder, language) - known(_core(), language)
    assert missing == set()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_its_wording_says_sentences_of_the_core_with_the_same_fillings(candidate: Candidate, language: str) -> None:
    if not candidate.vertical.wording:
        return
    worded = catalogue(Path(str(files(candidate.vertical.wording))), language)
    assert set(worded) <= known(_core(), "en")
    assert {each: words for each, words in worded.items() if fillings(words) != fillings(each)} == {}


def fillings(sentence: str) -> set[str]:
    return set(FILLING.findall(sentence))


def sentences(candidate: Candidate) -> set[str]:
    vertical = candidate.vertical
    written = extract_from_dir(str(candidate.folder), [("templates/**.html", "jinja2")], TEMPLATES)
    said = {_first(words) for _, _, words, _, _ in written}
    menus = {page.menu for page in vertical.pages if page.menu}
    cards = {text for card in vertical.cards for text in (card.title, card.note)}
    return said | menus | cards | {notice.sentence for notice in vertical.messages}


def _first(words: str | Sequence[str]) -> str:
    """The singular, where there is a plural beside it."""
    return words if isinstance(words, str) else words[0]


def known(package: Path, language: str) -> set[str]:
    """Message ids with words in that language; English ones are their own words."""
    entries = catalogue(package, language)
    return {message for message, words in entries.items() if language == "en" or words}


def catalogue(package: Path, language: str) -> dict[str, str]:
    with (package / "catalogues" / f"{language}.po").open("rb") as stream:
        return {_first(entry.id): _first(entry.string or "") for entry in read_po(stream) if entry.id}


def counted(package: Path, language: str) -> frozenset[str]:
    """The sentences of a catalogue that say how many there are."""
    with (package / "catalogues" / f"{language}.po").open("rb") as stream:
        return frozenset(entry.id[0] for entry in read_po(stream) if not isinstance(entry.id, str))


def _core() -> Path:
    return Path(sys.modules["hospital_bridge"].__path__[0]) / "web"
