"""What is learned of data in a file is what is learned in memory, bit for bit."""

import numpy as np
import pytest

from trainers.data import DataSource, load
from trainers.data.blocks.fitting import fit_encoding, moments
from trainers.data.scaling import fit_blocks, fit_inputs

TRAIN = np.arange(600)[np.arange(600) % 4 != 1]


@pytest.fixture
def pair(frame, in_file, tmp_path):
    def make(target, **options):
        frame.to_parquet(tmp_path / "t.parquet")
        dataset = load(DataSource(path=str(tmp_path / "t.parquet"), target=target, **options))
        return dataset, in_file(dataset, 64, 2)

    return make


@pytest.mark.parametrize("normalise", ["standard", "minmax", "none"])
@pytest.mark.parametrize(
    "options",
    [
        {"target": "kind", "encode": {"street": "target", "city": "target"}},
        {"target": "amount", "encode": {"street": "target"}},
        {"target": "amount", "features": ("x",)},
        {"target": "amount", "features": ("x", "patient")},
        {"target": "kind", "features": ("gaps",)},
    ],
    ids=["classes", "numbers", "one plain column", "plain columns", "one column with gaps"],
)
def test_scaling_and_preparation_are_the_same(pair, options, normalise):
    dataset, stored = pair(**options)
    (expected, inputs), (found, encoded) = fit_inputs(dataset, TRAIN, normalise), fit_blocks(stored, TRAIN, normalise)
    np.testing.assert_array_equal(found.offset, expected.offset)
    np.testing.assert_array_equal(found.divisor, expected.divisor)
    assert (found.target_mean, found.target_scale) == (expected.target_mean, expected.target_scale)
    if dataset.schema is not None:
        assert found.preparation.as_mapping() == expected.preparation.as_mapping()
    np.testing.assert_array_equal(np.concatenate(list(encoded.in_blocks())), inputs)


def test_moments_are_those_of_the_rows(in_file):
    dataset = load(DataSource("iris"))
    rows = np.arange(0, 150, 2)
    encoded = fit_encoding(in_file(dataset, 16, 2).inputs, None, rows, dataset.targets[rows], "multiclass")
    lowest, highest, mean, deviation = moments(encoded, with_deviation=True)
    chosen = dataset.inputs[::2]
    np.testing.assert_array_equal(lowest, chosen.min(axis=0))
    np.testing.assert_array_equal(highest, chosen.max(axis=0))
    np.testing.assert_allclose(mean, [sum(column) / 75 for column in chosen.T.tolist()], rtol=1e-14)
    np.testing.assert_allclose(deviation**2, np.square(chosen - mean).mean(axis=0), rtol=1e-12)
