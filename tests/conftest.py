"""What every test may use."""

from __future__ import annotations

from flask import Flask

from tests.remembered import RememberedRule, RememberedTemplates

# Hundreds of tests build a whole site each: the same templates and routes need not be compiled for each of them.
Flask.jinja_options = {"bytecode_cache": RememberedTemplates()}
Flask.url_rule_class = RememberedRule

pytest_plugins = ["tests.fixtures_store"]
