from __future__ import annotations

import re

import pytest

from tests.architecture.tree import ROOT

ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")

HEADINGS = [
    ("hospital_bridge", "hospital_bridge"),
    ("Try it", "试一试"),
    ("What it does", "能做什么"),
    ("What it does not", "不做什么"),
    ("How it is built", "如何构成"),
    ("What it runs on", "运行环境"),
    ("Safety and data", "安全与数据"),
    ("For developers", "开发者"),
]


def headings(text: str) -> list[str]:
    outside_code = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return re.findall(r"^#+ (.+)$", outside_code, flags=re.MULTILINE)


def test_both_languages_have_the_same_headings() -> None:
    assert headings(ENGLISH) == [english for english, _ in HEADINGS]
    assert headings(CHINESE) == [chinese for _, chinese in HEADINGS]


@pytest.mark.parametrize("part", [r"```.*?```", r"!\[[^]]*\]\([^)]*\)", r"(?m)^- \*\*", r"(?m)^\|"])
def test_both_languages_have_the_same_commands_pictures_points_and_rows(part: str) -> None:
    english, chinese = (re.findall(part, text, flags=re.DOTALL) for text in (ENGLISH, CHINESE))
    assert english
    assert english == chinese


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh-CN"])
def test_every_link_leads_to_a_file(text: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_command_of_the_readme_is_a_target_of_make() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    named = set(re.findall(r"make ([a-z]+) ", ENGLISH))
    assert named
    assert named <= set(targets)
