# make run: the app on this machine, with a demo company if there is no data yet.
# make test: every test, PostgreSQL and a real browser included.
PYTHON ?= python3.11
PY := .venv/bin/python
APP := .venv/.app-ready
DEV := .venv/.dev-ready

OURS := app.py cli.py shell pages components actions data_access models

.PHONY: run test search check audit format bench browser clean

run: $(APP)
	$(PY) cli.py demo --if-empty --accounts 1200
	$(PY) cli.py refresh --if-needed --weeks 8
	$(PY) -m streamlit run app.py

test: $(DEV) browser
	$(PY) -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

# New random examples for every property; what fails here becomes an example in its test.
search: $(DEV)
	ROUNDS_EXAMPLES=search $(PY) -m pytest -n 2 --dist loadgroup -m 'not browser' tests/models tests/data_access

check: $(DEV) browser
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-cache
	$(PY) -m bandit --quiet --recursive $(OURS)
	$(PY) -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

# Known faults of what we build on; asks pypi.org, so it needs the network.
audit: $(APP)
	test -x .audit/bin/pip-audit || $(PYTHON) -m venv .audit
	.audit/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1 \
	  || { echo "Nothing was looked at: pip-audit could not be installed. This needs the network."; exit 1; }
	.audit/bin/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt \
	  || { echo "Not clean. A fault stands in the table above: raise that package in constraints.txt. 'Not found"; \
	       echo "on PyPI' is no fault: pypi.org was not reached, and nothing is known; run this where it is."; exit 1; }

format: $(DEV)
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: $(DEV)
	$(PY) -m benchmarks

# The browser tests drive Chromium; where none is installed, the system's package manager gets it.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	  || command -v google-chrome >/dev/null \
	  || { apt-get update -qq && apt-get install -y -qq chromium; } \
	  || { echo "The browser tests need Chromium: install it, then run make test again."; exit 1; }

$(APP): requirements.txt constraints.txt
	test -x $(PY) || $(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	touch $@

$(DEV): requirements-dev.txt $(APP)
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	touch $@

clean:
	rm -rf .venv .audit .mypy_cache .ruff_cache .pytest_cache .hypothesis
