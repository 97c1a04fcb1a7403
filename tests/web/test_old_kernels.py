"""What the Chrome 69 kernel of older wallets cannot read (reference/ux.md section 3) stands in none of our files."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

STATIC = files("hospital_bridge.web") / "static"
BANNED_CSS = {
    "flex gap": r"[;{]\s*gap\s*:",
    "selector functions": r":(is|where|has|not)\([^)]*,|:(is|where|has)\(",
    "inset": r"[;{]\s*inset\s*:",
    "aspect-ratio": r"aspect-ratio",
    "nesting": r"\{[^}]*\{[^}]*\{|&",
    "focus-visible, which would drop its whole rule": r":focus-visible",
}
BANNED_JS = {
    "optional chaining": r"\?\.\w",
    "nullish coalescing": r"\?\?",
    "arrow functions, for the oldest web views": r"=>",
    "let and const, for the same": r"\b(let|const)\s",
    "evaluation": r"\beval\(|new Function",
    "template strings": r"`",
}


@pytest.mark.parametrize("what", BANNED_CSS)
def test_the_stylesheet_is_read_by_old_kernels(what: str) -> None:
    text = re.sub(r"/\*.*?\*/", "", (STATIC / "hb.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(BANNED_CSS[what], text), what


@pytest.mark.parametrize("what", BANNED_JS)
def test_the_script_is_read_by_old_kernels(what: str) -> None:
    text = re.sub(r"/\*.*?\*/", "", (STATIC / "hb.js").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(BANNED_JS[what], text), what
