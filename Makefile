# Everything a user or a contributor runs, each from nothing: the environment is made when it is missing.
.DELETE_ON_ERROR:
.PHONY: help quickstart test check compat docs bench kernels profile stack clean

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

help:
	@echo "make quickstart   install into $(VENV) and run configs/quickstart.yaml"
	@echo "make test         install what the tests need and run them"
	@echo "make check        ruff, format and mypy --strict"
	@echo "make compat       run the tests of Ray and MLflow with the oldest and the newest supported version of both"
	@echo "make docs         build the documentation into site/"
	@echo "make bench        measure against what a user would pick instead"
	@echo "make kernels      time the kernels of a training step one by one"
	@echo "make profile      where the time of a training step goes"
	@echo "make stack        start the services of docker-compose.yml as plain processes on this machine"

$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[torch,fast,search,cluster,keras,lightning,transformers,test,check,bench,docs]'
	touch $@

$(VENV)/.documented: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	touch $@

quickstart: $(VENV)/.installed
	$(BIN)/sweep run configs/quickstart.yaml

# A file's tests run in one process, since they share servers and finished sweeps; more than four processes only add Rays.
# In their order, in which short files come last: by the number of tests, one that takes minutes for three would.
test: $(VENV)/.tested
# Hundreds of processes start here, and where PYTHONDONTWRITEBYTECODE is set each would compile the project anew.
	@$(BIN)/python -m compileall -q sweep trainers
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Both ends of the ranges in pyproject.toml; the parts of Ray and MLflow without documentation are used in these tests.
OLDEST := 'ray[client,default,tune]==2.50.0' 'mlflow[auth]==3.13.0'
NEWEST := 'ray[client,default,tune]<2.61' 'mlflow[auth]<3.19'
# Ray 2.50 leaves files to the garbage collector.
COMPAT_WARNINGS := -W ignore::ResourceWarning -W ignore::pytest.PytestUnraisableExceptionWarning
COMPAT_TESTS := tests/sweep/execution tests/sweep/tracking tests/sweep/driver/test_run.py

.compat/oldest/.made: WANTED = $(OLDEST)
.compat/newest/.made: WANTED = $(NEWEST)
# uv, since pip takes longer than the tests to choose versions this far from the constraints.
.compat/%/.made: pyproject.toml | $(VENV)/.tested
	$(BIN)/uv venv --quiet --clear --python $(PYTHON) .compat/$*
	grep -E '^(pytest|hypothesis|moto|check-jsonschema|hadolint|kubernetes)' constraints.txt > .compat/$*/constraints.txt
	$(BIN)/uv pip install --quiet --python .compat/$*/bin/python --constraints .compat/$*/constraints.txt \
		-e '.[fast,cluster,test]' $(WANTED)
	touch $@

compat: .compat/oldest/.made .compat/newest/.made
	for end in oldest newest; do \
		.compat/$$end/bin/python -c "import ray, mlflow; print('Ray', ray.__version__, 'MLflow', mlflow.__version__)"; \
		.compat/$$end/bin/python -m pytest -q $(COMPAT_WARNINGS) $(COMPAT_TESTS) || exit 1; \
	done

# The theme's notice about another version of MkDocs is no fault of a page.
docs: export NO_MKDOCS_2_WARNING = 1
docs: export PYTHONPATH = .
docs: $(VENV)/.documented
	@$(BIN)/mkdocs build --quiet

bench: $(VENV)/.tested
	$(BIN)/python bench/run_all.py

kernels: $(VENV)/.tested
	$(BIN)/python -m pytest bench/kernels.py --benchmark-columns=min,median --benchmark-sort=name

profile: $(VENV)/.tested
	PATH=$(BIN):$$PATH PYTHONPATH=. $(BIN)/python bench/profile_step.py

stack: $(VENV)/.tested
	$(BIN)/python deploy/stack.py

clean:
	rm -rf $(VENV) build dist *.egg-info
