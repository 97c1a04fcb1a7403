"""How Sphinx builds this documentation: `make docs`."""

from __future__ import annotations

from importlib.metadata import version as version_of

project = "hospital_bridge"
version = release = version_of("hospital-bridge")
language = "en"

extensions = ["myst_parser"]
exclude_patterns = ["_build", "_pages"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

html_theme = "alabaster"
html_theme_options = {"description": "Hospital and wallet, joined", "fixed_sidebar": True, "page_width": "1100px"}
html_show_sourcelink = False
