# Everything runs in .venv, made from requirements.lock. Another Python: make reports PYTHON=python3.13
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help reports test lint lab docs lock messages screenshots release bench reliability fuzz audit
.DELETE_ON_ERROR:

help:
	@echo 'make reports  build every report into reports/'
	@echo 'make test     run the tests'
	@echo 'make lint     check style, types and that notebooks carry no output'
	@echo 'make lab      open the notebooks in JupyterLab'
	@echo 'make docs     build the documentation site into site/'
	@echo 'make lock     renew requirements.lock from pyproject.toml'
	@echo 'make messages     bring the catalogues of translations up to date with the code'
	@echo 'make screenshots  take the pictures in docs/images from reports/'
	@echo 'make release      build the packages into dist/, check them, and tag code and data; pushes nothing'
	@echo 'make bench        measure how fast builds, cleaning and extraction are; half an hour on an idle machine'
	@echo 'make reliability  kill 100 builds at random moments, and fill the disk of others; half an hour'
	@echo 'make fuzz         clean 10,000 damaged data sets, and read random texts; an hour'
	@echo 'make audit        look for known vulnerabilities of what requirements.lock names; asks the package index'

reports: .venv/installed
	$(BIN)/edstats build
	@echo 'Done. Open reports/index.html in a browser.'

test: .venv/installed
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	find notebooks -name '*.ipynb' -not -path '*/.ipynb_checkpoints/*' -exec \
		$(BIN)/nbstripout --verify --keep-id --extra-keys metadata.language_info.version {} +

lab: .venv/installed
	$(BIN)/jupyter-lab notebooks

docs: .venv/installed
	$(BIN)/python tools/codebook_tables.py
	rm -rf site
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going --fresh-env \
		--conf-dir docs --doctree-dir .doctrees . site
	@echo 'Done. Open site/index.html in a browser.'

lock: .venv/installed
	$(BIN)/uv pip compile --universal --python-version 3.11 --all-extras --upgrade --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --output-file requirements.lock pyproject.toml

messages: .venv/installed
	$(BIN)/python tools/catalogues.py

screenshots: .venv/installed
	$(BIN)/python tools/screenshots.py

release: .venv/installed
	$(BIN)/python tools/release.py

bench: .venv/installed
	$(BIN)/python benchmarks/builds.py
	$(BIN)/python benchmarks/throughput.py

reliability: .venv/installed
	EDSTATS_INTERRUPTIONS=100 EDSTATS_FREE_SPACE='0 50 100 150 200 250 300 400 500' \
		$(BIN)/python -m pytest --capture=no tests/test_interrupted_builds.py tests/test_full_disk.py

fuzz: .venv/installed
	$(BIN)/python tools/fuzz_raw.py --cases 10000
	$(BIN)/python -m pytest --hypothesis-profile fuzz tests/test_any_input.py

audit: .venv/installed
	$(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off --requirement requirements.lock

# The stamps are written last and live inside .venv, which --clear empties first: an install that was
# interrupted leaves no stamp, and the next run starts it afresh.
.venv/locked: requirements.lock
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'edstats needs Python 3.11 or newer, and $(PYTHON) is not: say which to use, as in make PYTHON=python3.12' >&2; \
		exit 1; }
	@echo 'Installing the locked packages into .venv (a minute or two, once) ...'
	@"$(PYTHON)" -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@touch $@

.venv/installed: .venv/locked pyproject.toml
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
