"""What every test may use."""

from __future__ import annotations

import re
from functools import cache

import pytest
from flask import Flask

from hospital_bridge.web import assets, translation
from tests.remembered import RememberedCatalogue, RememberedRule, RememberedTemplates

# Hundreds of tests build a whole site each: the same templates, routes, catalogues and files need not be compiled, read
# and compressed for each of them.
Flask.jinja_options = {"bytecode_cache": RememberedTemplates()}
Flask.url_rule_class = RememberedRule
translation.GNUTranslations = RememberedCatalogue  # type: ignore[attr-defined]
assets._load = cache(assets._load)

pytest_plugins = ["tests.fixtures_store"]

SCENARIO = re.compile(r"test_\d\d_")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make scenarios` also plays the scenarios of money by four processes."""
    parser.addoption("--four-processes", action="store_true", help="scenarios of money, by four processes")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that names a scenario of money by its number is found by `-m scenario`."""
    for item in items:
        if SCENARIO.match(item.name):
            item.add_marker(pytest.mark.scenario)
