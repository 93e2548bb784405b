# Every task of the project, each one command; `make help` lists them. Needs GNU make 3.81 or newer.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

# Interpreters to try, in this order; `make PYTHON=/path/to/python3.12 test` names one.
PYTHON ?= python3.13 python3.12 python3.11 python3
ENV ?= dev
ENGINE ?=
DATA ?=
DETACH ?=
PORT ?=
SIZE ?=

# Node 20 does, though jsii no longer supports it; `make doctor` names the better one.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION = 20

BAKEOFF = .venv/bin/python -m bakeoff
PORT_OPTION = $(if $(PORT),--port $(PORT))
ENGINE_OPTION = $(if $(ENGINE),--engine $(ENGINE))
CHECKED = bakeoff lambdas local_cloud sagemaker_jobs stacks app.py
USABLE_PYTHON = import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

# A stamp's name holds the hash of what is to be installed and is written last: the same pins install nothing again,
# other pins install, an interrupted installation is repeated.
PYTHON_PINS = requirements.txt requirements-deploy.txt requirements-dev.txt constraints.txt $(wildcard sagemaker_jobs/*/wheels.txt)
PYTHON_STAMP := .venv/installed-$(shell cat $(PYTHON_PINS) | cksum | tr ' ' '-')
SPARK_STAMP := .venv-spark/installed-$(shell cat requirements-spark.txt | cksum | tr ' ' '-')
BENCH_STAMP := .venv-bench/installed-$(shell cat requirements-bench.txt | cksum | tr ' ' '-')
NODE_STAMP := node_modules/.installed-$(shell cat package.json package-lock.json | cksum | tr ' ' '-')

.PHONY: help demo stop test check synth deploy destroy doctor images bench-demo bench-data bench-evaluation bench-training bench-model clean install browser serving-environment spark-environment bench-environment

help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(PYTHON_STAMP) $(NODE_STAMP) $(if $(filter spark,$(ENGINE)),spark-environment) ## Deploy, train, compare and serve on this machine [DATA=folder] [ENGINE=spark] [DETACH=1] [PORT=4566]
	@exec $(BAKEOFF) demo $(if $(DATA),--data "$(DATA)") $(if $(DETACH),--detach) $(PORT_OPTION) $(ENGINE_OPTION)

stop: $(PYTHON_STAMP) ## Stop the local cloud that a demo left serving [PORT=4566]
	@exec $(BAKEOFF) stop $(PORT_OPTION)

test: check $(NODE_STAMP) serving-environment spark-environment browser ## Run the checks and all tests
	@.venv/bin/python -m pytest tests

check: $(PYTHON_STAMP) ## Check style, types and who imports whom
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/mypy --strict --no-error-summary $(CHECKED)
	@.venv/bin/lint-imports --no-cache > /dev/null || .venv/bin/lint-imports --no-cache

synth: $(PYTHON_STAMP) $(NODE_STAMP) ## Write the CloudFormation templates of an environment to cdk.out [ENV=dev] [ENGINE=spark]
	@exec $(BAKEOFF) synth --env $(ENV) $(ENGINE_OPTION)

deploy: $(PYTHON_STAMP) $(NODE_STAMP) ## Deploy the stacks to AWS, which costs money; asks first [ENV=dev] [ENGINE=spark]
	@exec $(BAKEOFF) deploy --env $(ENV) $(ENGINE_OPTION)

destroy: $(PYTHON_STAMP) $(NODE_STAMP) ## Remove the stacks and what the runs made; asks first [ENV=dev]
	@exec $(BAKEOFF) destroy --env $(ENV)

doctor: $(PYTHON_STAMP) ## Check this machine and say how to mend what is missing [PORT=4566]
	@exec $(BAKEOFF) doctor $(PORT_OPTION)

images: $(PYTHON_STAMP) ## Write the container images' pinned addresses anew to config/images.json
	@exec $(BAKEOFF) images

bench-demo: $(PYTHON_STAMP) $(NODE_STAMP) ## Time each stage of the demo on a fresh local cloud
	@exec .venv/bin/python -m bench.demo

bench-data: $(PYTHON_STAMP) ## Measure the data preparation against a pandas program [SIZE=27m]
	@exec .venv/bin/python -m bench.data $(SIZE)

bench-evaluation: $(PYTHON_STAMP) $(BENCH_STAMP) ## Measure the evaluation of a large field, against rectools, and its tests' false alarms
	@exec .venv/bin/python -m bench.evaluation

bench-training: $(PYTHON_STAMP) ## Measure training at 280,000 users x 58,000 items against the plain way, and what sampling costs
	@exec .venv/bin/python -m bench.training

bench-model: $(PYTHON_STAMP) ## Measure how a model of 58,000 items answers against its plain form
	@exec .venv/bin/python -m bench.model

clean: ## Remove what make built: environments, node_modules, build outputs; data and the local cloud's state stay
	rm -rf .venv .venv-serving .venv-spark .venv-bench node_modules build cdk.out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

install: $(PYTHON_STAMP) $(NODE_STAMP) ## Install the pinned Python and Node packages into the checkout

browser: ## Install Chromium from the system's packages, for the tests of the report's page
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    echo "Installing Chromium (once) ..."; \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium > /dev/null; \
	else \
	    echo "The tests of the report's page need Chromium, and it is not there." >&2; \
	    echo "On Debian and Ubuntu: sudo apt-get install chromium; on a Mac: brew install --cask chromium" >&2; \
	    exit 1; \
	fi

serving-environment: $(PYTHON_STAMP) ## Install the scikit-learn serving image's libraries into .venv-serving, for the tests
	@.venv/bin/python tests/artefacts/make_serving_environment.py

spark-environment: $(SPARK_STAMP) ## Install Spark for the distributed preparation into .venv-spark; needs Java 17

$(SPARK_STAMP): $(PYTHON_STAMP)
	@version=$$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p'); \
	if [ "$${version:-0}" -lt 17 ]; then \
	    echo "Spark needs Java 17 or newer (found: $${version:-none})." >&2; \
	    echo "On Debian and Ubuntu: apt-get install openjdk-17-jre-headless; on a Mac: brew install openjdk@17" >&2; \
	    exit 1; \
	fi
	@echo "Installing Spark for the distributed preparation into .venv-spark (once, some minutes) ..."
	@.venv-spark/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m venv --clear .venv-spark
	@.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-spark.txt
	@rm -f .venv-spark/installed-* && touch $@

bench-environment: $(BENCH_STAMP) ## Install rectools, which the evaluation is measured against, into .venv-bench

$(BENCH_STAMP): $(PYTHON_STAMP)
	@echo "Installing rectools for the benchmark into .venv-bench (once) ..."
	@.venv-bench/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m venv --clear .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-bench.txt
	@rm -f .venv-bench/installed-* && touch $@

$(PYTHON_STAMP):
	@found=; for python in $(PYTHON); do \
	    if "$$python" -c '$(USABLE_PYTHON)' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "No Python 3.11, 3.12 or 3.13 with venv found (tried: $(PYTHON))." >&2; \
	    echo "Install one, on Debian with its python3-venv package, or name it: make PYTHON=/path/to/python3.12" >&2; \
	    exit 1; \
	fi; \
	echo "Installing the pinned Python packages into .venv (once, some minutes) ..."; \
	.venv/bin/python -m pip --version >/dev/null 2>&1 || "$$found" -m venv --clear .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@.venv/bin/python -m bakeoff.wheels
	@rm -f .venv/installed-* && touch $@

$(NODE_STAMP):
	@command -v npm >/dev/null || { \
	    echo "Node and npm are missing: the AWS CDK command line needs them. Install Node 22, https://nodejs.org" >&2; \
	    exit 1; \
	}
	@echo "Installing the pinned AWS CDK command line into node_modules (once) ..."
	@npm ci --no-audit --no-fund --loglevel=error > /dev/null
	@touch $@
