from __future__ import annotations

import re

import pytest

from tests.architecture.tree import ROOT

HOSPITAL = re.compile(r"patient|doctor|\bHIS\b", re.IGNORECASE)
ALLOWED = re.compile(r"\bhis\b")
"""The possessive; the hospital's system is written in capitals."""


def hospital_words(text: str) -> list[str]:
    return [word for word in HOSPITAL.findall(text) if not ALLOWED.fullmatch(word)]


@pytest.mark.parametrize("package", ["queueing", "notifications"])
def test_the_pure_libraries_know_nothing_of_hospitals(package: str) -> None:
    files = [file for file in (ROOT / package).rglob("*") if file.is_file() and file.suffix in {".py", ".md", ".toml"}]
    assert files
    assert {str(file): words for file in files if (words := hospital_words(file.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize("planted", ["the patient waits", "class DoctorDesk:", "from the HIS", "PatientTicket"])
def test_a_word_of_the_hospital_is_seen(planted: str) -> None:
    assert hospital_words(planted)


def test_the_possessive_is_no_word_of_the_hospital() -> None:
    assert hospital_words("a caller and his desk") == []
