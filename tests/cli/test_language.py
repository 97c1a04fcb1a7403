from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from hospital_bridge.cli.language import language_of
from tests.architecture.tree import ROOT
from tests.cli.sentences import shown

CATALOGUE = ROOT / "hospital_bridge" / "cli" / "catalogues" / "zh_CN.po"


def test_every_sentence_of_the_command_line_is_translated() -> None:
    with CATALOGUE.open("rb") as stream:
        catalogue = read_po(stream)
    translated = {str(message.id): str(message.string) for message in catalogue if message.id and message.string}
    assert shown() == set(translated)
    assert not [sentence for sentence, text in translated.items() if _fields(sentence) != _fields(text)]


def _fields(text: str) -> list[str]:
    return sorted(part.partition("}")[0] for part in text.split("{")[1:] if part[:1].isalpha())


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh_CN"),
    ],
)
def test_the_first_variable_that_is_set_decides(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_the_compiled_catalogue_is_not_older_than_its_source() -> None:
    assert CATALOGUE.with_suffix(".mo").stat().st_mtime >= Path(CATALOGUE).stat().st_mtime
