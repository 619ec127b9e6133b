# Targets: run test check lint bench clean help. Needs make, a POSIX shell and Python 3.11+.

VENV := .venv
PORT ?=
ARGS ?=
PYTEST_ARGS ?=

PY := $(VENV)/bin/python
# The first interpreter that really starts and is new enough. Version managers put names on PATH
# that do not run, so looking a name up is not enough.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && \
	{ echo "$$p"; break; }; done)

# One test process a core and one more, for browser tests mostly wait; at most four. Threads that wait
# must not spin, or the processes take the cores from one another.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); \
	[ $$n -lt 3 ] && echo $$((n + 1)) || echo 4)

SOURCES := $(shell find alvh -name '*.py' 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: run test check lint bench clean help

help:
	@echo 'make run     install once, compile once, serve the dashboard (PORT=8600 to choose a port)'
	@echo 'make test    every test, in a real browser too (PYTEST_ARGS="-k vix" for some of them)'
	@echo 'make check   ruff, formatting, types, layers (also: make lint)'
	@echo 'make bench   prices and tables against their references, page latency, cold start'
	@echo 'make clean   remove what these targets made'

run: $(VENV)/.warm
	$(PY) -m alvh.ui.serve $(if $(PORT),--server.port $(PORT)) $(ARGS)

test: $(VENV)/.dev $(VENV)/.warm
	@$(find_chromium) || { $(install_chromium); } || \
		echo 'No Chromium: browser tests will be skipped (a failure when CI is set).' >&2
	OPENBLAS_NUM_THREADS=1 OMP_WAIT_POLICY=passive $(PY) -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

check: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

lint: check

bench: $(VENV)/.dev $(VENV)/.warm
	$(PY) -m benchmarks.pricing
	$(PY) -m benchmarks.tables
	$(PY) -m benchmarks.engine
	$(PY) -m benchmarks.sampling
	$(PY) -m benchmarks.replay
	$(PY) -m benchmarks.page_latency --key wing
	$(PY) -m benchmarks.page_latency --page regimes --key vote.vix.stress --days 5040
	$(PY) -m benchmarks.cold_start

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- Environment: each stamp is remade only when what it depends on has changed ----------------

$(VENV)/.python:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer is needed and none was found on PATH.' \
		'Name one: make run PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo '$(PYTHON) is not Python 3.11 or newer.' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo 'This Python cannot make virtual environments (ensurepip is missing).' \
		'On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements.txt | $(VENV)/.python
	@echo 'Installing the packages of requirements.txt (once, about a minute) ...'
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo 'Installing the packages of requirements-dev.txt (once) ...'
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/.warm: $(SOURCES) $(VENV)/.run
	@echo 'Compiling the numerical kernels (once after each change of the code) ...'
	@find alvh -name '*.nb[ic]' -delete # numba looks at a function's own file only
	$(PY) -m alvh.warm
	@touch $@

# --- Chromium for the browser tests: the distribution's, never a download of our own -----------

find_chromium = command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 \
	|| command -v google-chrome >/dev/null 2>&1

install_chromium = command -v apt-get >/dev/null 2>&1 && \
	if [ "$$(id -u)" = 0 ]; then as_root=env; else as_root='sudo -n'; fi && \
	$$as_root true 2>/dev/null && echo 'Installing Chromium for the browser tests ...' && \
	$$as_root apt-get update -qq && \
	$$as_root apt-get install -y -qq --no-install-recommends chromium >/dev/null && \
	$(find_chromium)
