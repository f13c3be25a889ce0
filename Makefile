# Everything happens in this folder's own .venv. Needs Python 3.11 or newer, git and make.
PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --quiet
# Many tests wait for processes and sockets.
WORKERS = $(shell $(VENV)/bin/python -c 'import os; print(2 * (os.cpu_count() or 1))')

.PHONY: demo test lint docs bench install develop clean

# A tour of a made-up workspace on this machine, from the first check to the removal of a stored token.
demo: install
	@$(VENV)/bin/patless demo

test: develop
	$(VENV)/bin/python -m pytest -n $(WORKERS)

# What .ci/run asks for besides the tests.
lint: develop
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

# The site, in build/site. A warning, such as a link that leads nowhere, fails it.
docs: install
	$(PIP) install --editable '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --quiet --strict

# What a run costs, against what it may cost; needs a quiet machine. It measures the program as users install it: from a
# wheel, by a current pip, whose scripts start faster.
bench: develop
	$(PYTHON) -m venv $(VENV)/bench
	$(VENV)/bench/bin/python -m pip --quiet install --upgrade pip
	$(VENV)/bench/bin/python -m pip --quiet install . zizmor
	$(VENV)/bin/python -m tests.bench $(BENCH)

install: $(VENV)/installed
develop: $(VENV)/developed

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'patless needs Python 3.11 or newer; name one with `make PYTHON=python3.12 ...`' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable .
	@touch $@

$(VENV)/developed: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable '.[dev]'
	@touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV)
