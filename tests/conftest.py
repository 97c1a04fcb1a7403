"""What every test may use."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.remembered import RememberedRule, RememberedTemplates

# Hundreds of tests build a whole site each: the same templates and routes need not be compiled for each of them.
Flask.jinja_options = {"bytecode_cache": RememberedTemplates()}
Flask.url_rule_class = RememberedRule

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
