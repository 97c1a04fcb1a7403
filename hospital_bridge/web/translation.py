"""Catalogues: English sentences are the message ids, each language a compiled catalogue beside the templates."""

from __future__ import annotations

from collections.abc import Iterable
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

LANGUAGES = {"zh-CN": "中文", "en": "English"}

CORE = "hospital_bridge.web"


class MissingCatalogue(Exception):
    """A compiled catalogue of the core is not there: run `make`, or install the wheel."""


def load_catalogues(packages: Iterable[str], before: Iterable[str] = ()) -> dict[str, NullTranslations]:
    """For each language the catalogues that go before the core's, the core's, and those of the packages."""
    return {language: _chain(language, (*before, CORE, *packages)) for language in LANGUAGES}


def _chain(language: str, packages: Iterable[str]) -> NullTranslations:
    chain = NullTranslations()
    for package in packages:
        catalogue = _catalogue(package, language)
        if catalogue is not None:
            chain.add_fallback(catalogue)
        elif package == CORE:
            raise MissingCatalogue(f"{CORE}/catalogues/{_file_name(language)}")
    return chain


def _catalogue(package: str, language: str) -> NullTranslations | None:
    file = files(package) / "catalogues" / _file_name(language)
    if not file.is_file():
        return None
    with file.open("rb") as stream:
        return GNUTranslations(stream)


def _file_name(language: str) -> str:
    return f"{language.replace('-', '_')}.mo"
