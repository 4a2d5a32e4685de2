"""Synthetic sets follow their formulas, and their sizes are known without drawing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainers.data import DataSource, load, shape
from trainers.errors import DataError

SOURCES = st.one_of(
    st.builds(DataSource, name=st.just("moons"), examples=st.integers(4, 60), generator_seed=st.integers(0, 99)),
    st.builds(
        DataSource,
        name=st.sampled_from(["spirals", "blobs"]),
        examples=st.integers(10, 60),
        noise=st.floats(0, 2),
        classes=st.integers(2, 5),
    ),
)


@given(SOURCES)
@settings(max_examples=50, deadline=None)
def test_a_drawn_set_has_the_declared_sizes_and_classes_of_equal_size(source):
    dataset = load(source)
    assert dataset.shape == shape(source)
    counts = np.bincount(dataset.targets)
    assert counts.max() - counts.min() <= 1
    assert np.isfinite(dataset.inputs).all()


def test_moons_without_noise_lie_on_two_half_circles():
    moons = load(DataSource("moons", examples=100, noise=0.0))
    upper, lower = moons.inputs[moons.targets == 0], moons.inputs[moons.targets == 1]
    np.testing.assert_allclose(np.hypot(upper[:, 0], upper[:, 1]), 1.0, atol=1e-8)
    np.testing.assert_allclose(np.hypot(lower[:, 0] - 1.0, lower[:, 1] - 0.5), 1.0, atol=1e-8)
    assert upper[:, 1].min() >= 0.0
    assert lower[:, 1].max() <= 0.5


def test_each_spiral_turns_by_three_quarters_from_its_own_start():
    spirals = load(DataSource("spirals", examples=300, noise=0.0, classes=3))
    radius = np.hypot(spirals.inputs[:, 0], spirals.inputs[:, 1])
    turned = np.arctan2(spirals.inputs[:, 1], spirals.inputs[:, 0]) - 1.5 * np.pi * radius
    start = np.exp(1j * (turned - 2.0 * np.pi * spirals.targets / 3.0))
    far = radius > 0.01
    np.testing.assert_allclose(start[far], 1.0, atol=1e-5)


def test_blobs_without_noise_are_one_point_per_class():
    blobs = load(DataSource("blobs", examples=50, noise=0.0, classes=5))
    assert len(np.unique(blobs.inputs, axis=0)) == 5


def test_noise_is_the_standard_deviation_of_a_blob():
    blobs = load(DataSource("blobs", examples=4000, noise=0.5, classes=2))
    spread = blobs.inputs[blobs.targets == 0].std(axis=0)
    np.testing.assert_allclose(spread, 0.5, rtol=0.05)


def test_the_generator_seed_decides_the_draw():
    first, same, other = (load(DataSource("moons", generator_seed=seed)) for seed in (1, 1, 2))
    assert first.fingerprint == same.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        (DataSource("moons", classes=3), "`moons` must have 2 classes. Received: 3."),
        (DataSource("blobs", classes=1), "`blobs` must have at least 2 classes. Received: 1."),
        (DataSource("blobs", examples=5), "at least 2 examples in each of its 3 classes. Received: 5"),
        (DataSource("spirals", noise=-1.0), "noise of `spirals` must be in [0, inf). Received: -1.0."),
        (DataSource("spirals", noise=float("nan")), "Received: nan."),
        (DataSource("moons", generator_seed=-1), "`generator_seed` must be 0 or more. Received: -1."),
    ],
)
def test_numbers_out_of_range_are_refused_before_drawing(source, rule):
    for function in (load, shape):
        with pytest.raises(DataError) as caught:
            function(source)
        assert rule in str(caught.value)
