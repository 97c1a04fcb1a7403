"""The language of the person at the terminal, as POSIX's environment variables name it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order in which POSIX lets one overrule the next (Base Definitions, 8.2)."""


def translate(message: str) -> str:
    """The English sentence in the terminal's language, or itself where no translation stands."""
    return _catalogue(language_of(os.environ)).gettext(message)


def language_of(environment: Mapping[str, str]) -> str:
    """`zh_CN` where the first variable that is set asks for Chinese, else `en`."""
    asked = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return "zh_CN" if asked.lower().startswith("zh") else "en"


def translate_of(package: str, message: str) -> str:
    """The same from the catalogues of another package: a vertical's, or the console's."""
    return _catalogue(language_of(os.environ), package).gettext(message)


@cache
def _catalogue(language: str, package: str = "hospital_bridge.cli") -> NullTranslations:
    file = files(package) / "catalogues" / f"{language}.mo"
    if not file.is_file():
        return NullTranslations()
    with file.open("rb") as stream:
        return GNUTranslations(stream)
