"""Bundled sets equal scikit-learn's, and their sizes are known without loading."""

import subprocess
import sys

import numpy as np
import pytest

from trainers.data import DataSource, bundled, load, shape

NAMES = ["digits", "breast_cancer", "wine", "iris", "diabetes"]


def _sklearn(name):
    from sklearn import datasets

    options = {"scaled": False} if name == "diabetes" else {}
    return getattr(datasets, f"load_{name}")(**options)


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_set_equals_the_one_scikit_learn_loads(name):
    dataset, expected = load(DataSource(name)), _sklearn(name)
    np.testing.assert_array_equal(dataset.inputs, expected.data)
    np.testing.assert_array_equal(dataset.targets, expected.target)
    assert dataset.feature_names == tuple(map(str, expected.feature_names))
    assert dataset.classes == (() if name == "diabetes" else tuple(map(str, expected.target_names)))
    assert dataset.inputs.flags.c_contiguous
    assert dataset.inputs.dtype == np.float64
    assert dataset.targets.dtype == (np.float64 if name == "diabetes" else np.int64)


@pytest.mark.parametrize("name", NAMES)
def test_the_declared_sizes_are_those_of_the_loaded_set(name):
    assert shape(DataSource(name)) == load(DataSource(name)).shape


@pytest.mark.parametrize("name", NAMES)
def test_a_set_whose_file_has_moved_is_loaded_through_scikit_learn(name, monkeypatch):
    expected = load(DataSource(name))
    monkeypatch.setattr(bundled, "_read", lambda name: None)
    assert load(DataSource(name)).fingerprint == expected.fingerprint
    assert load(DataSource(name)).classes == expected.classes


def test_every_file_of_a_bundled_set_is_found_without_importing_scikit_learn():
    program = (
        "import sys; from trainers.data import DataSource, load\n"
        f"for name in {NAMES}: load(DataSource(name))\n"
        "print(sorted({'sklearn', 'pandas', 'pyarrow', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_fingerprint_of_iris_is_the_same_on_every_machine():
    # Computed once from the bytes of the set by blake2b; it must never change between versions or machines.
    assert load(DataSource("iris")).fingerprint == "4f69fb6bdbb2385f"
