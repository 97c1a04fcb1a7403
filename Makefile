# Everything starts here: `make demo`, `make test`, `make check`, `make bench`, `make fuzz`, `make kills`, `make scenarios`, `make coverage`, `make simulate`, `make docs`, `make wheel`.
# Each target installs what it needs, pinned by constraints.txt and package-lock.json.

.DELETE_ON_ERROR:
.PHONY: demo test check pages bench fuzz kills scenarios coverage simulate docs reference wheel clean

# Modules are compiled once, whatever the shell says: the tests start hundreds of processes.
export PYTHONDONTWRITEBYTECODE :=

bin := .venv/bin
pip := $(bin)/pip --disable-pip-version-check install --quiet --constraint constraints.txt
packages := hospital_bridge adapters queueing notifications

vendor := hospital_bridge/web/static/vendor
vendored := $(vendor)/weui.min.css $(vendor)/htmx.min.js
catalogues := $(patsubst %.po,%.mo,$(shell find $(packages) -name '*.po'))

demo: .venv/.runtime pages
	$(bin)/hospital-bridge demo $(ARGS)

test: check .venv/.browser node_modules/.tested
	$(bin)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/.ready pages
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/lint-imports --no-logo

bench: .venv/.ready pages
	$(bin)/python -m tests.benchmarks $(ARGS)

# Atheris is a tool of whoever runs this and no dependency: it lies in var and never in the environment.
fuzz: .venv/.ready
	test -d var/fuzz/atheris || $(bin)/pip --disable-pip-version-check install --quiet --target var/fuzz/atheris atheris
	PYTHONPATH=var/fuzz/atheris nice -n 19 $(bin)/python -m tests.fuzz $(or $(MINUTES),20)

kills: .venv/.ready
	HB_KILL_MESSAGES=$(or $(MESSAGES),20000) HB_KILL_SECONDS=$(SECONDS) $(bin)/pytest -q -s tests/workers/test_killed_listener.py
	cat var/kills.json

scenarios: .venv/.ready
	$(bin)/pytest -q -m scenario --four-processes $(ARGS)

money := tests/payment tests/cards/test_card_refunds.py tests/test_finance.py tests/test_finance_statements.py
coverage: .venv/.ready
	mkdir -p var
	$(bin)/coverage run -m pytest -q -k "not postgresql and not four" $(money) $(ARGS)
	$(bin)/coverage report

FROM := 0
SEEDS := 200
simulate: .venv/.ready
	$(bin)/python -m tests.simulation --first $(FROM) --seeds $(SEEDS) $(ARGS)

docs: .venv/.ready reference
	$(bin)/sphinx-build --fail-on-warning --quiet docs docs/_build

reference: .venv/.ready
	$(bin)/python -m docs._pages

wheel: .venv/.ready pages
	$(bin)/hatchling build --target wheel

clean:
	rm -rf .venv node_modules $(vendor) $(catalogues) docs/_build dist

# --- what the targets stand on -----------------------------------------------------------------------------------

.venv/.made: .ci/make-venv
	.ci/make-venv
	touch $@

# The build runs in this environment too (no isolation), so that its own tools are pinned as well.
.venv/.runtime: .venv/.made pyproject.toml constraints.txt
	$(pip) editables hatchling
	$(pip) --no-build-isolation --editable .
	touch $@

.venv/.ready: .venv/.runtime
	$(pip) --no-build-isolation --editable '.[dev]'
	touch $@

.venv/.browser: .venv/.ready .ci/find-browser node_modules/.tested
	.ci/find-browser
	touch $@

pages: $(vendored) $(catalogues)

# Pages need two packages; tests also need axe-core and an old kernel. Each run of npm ci empties the folder first.
node_modules/.ready: package.json package-lock.json .npmrc .ci/npm-ci | .venv/.runtime
	.ci/npm-ci --omit=dev
	touch $@

node_modules/.tested: node_modules/.ready
	.ci/npm-ci
	touch node_modules/.ready $@

$(vendor)/weui.min.css: source = node_modules/weui/dist/style/weui.min.css
$(vendor)/htmx.min.js: source = node_modules/htmx.org/dist/htmx.min.js
$(vendored): node_modules/.ready
	mkdir -p $(vendor)
	cp $(source) $@

%.mo: %.po | .venv/.runtime
	$(bin)/pybabel --quiet compile --input-file $< --output-file $@
