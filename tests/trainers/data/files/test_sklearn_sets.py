"""The sets of scikit-learn by name, with what scikit-learn itself says of them."""

import numpy as np
import pytest
from sklearn import datasets

from trainers.data import DataSource, load
from trainers.data.files import read_table
from trainers.data.files.sklearn_sets import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_set_has_the_numbers_of_scikit_learn_and_gives_those_of_the_bundled_one(name):
    table = read_table(f"sklearn:{name}")
    options = {"scaled": False} if name == "diabetes" else {}
    inputs, targets = getattr(datasets, f"load_{name}")(return_X_y=True, **options)
    np.testing.assert_array_equal(table.frame.drop(columns="target"), inputs)
    assert (table.target, table.is_typed) == ("target", True)
    if name == "diabetes":
        np.testing.assert_array_equal(table.frame.target, targets)
    else:
        np.testing.assert_array_equal(table.frame.target.cat.codes, targets)
    assert load(DataSource(path=f"sklearn:{name}")).examples == load(DataSource(name)).examples


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("linnerud", ("one target", "which has three")),
        ("covtype", ("which would be downloaded", "fetch_covtype")),
        ("california_housing", ("which would be downloaded",)),
        ("winee", ("Did you mean `wine`?",)),
        ("", ("Known: breast_cancer",)),
    ],
)
def test_other_names_are_refused_with_the_reason(refusal, name, parts):
    with refusal(f"sklearn:{name}", *parts):
        read_table(f"sklearn:{name}")
