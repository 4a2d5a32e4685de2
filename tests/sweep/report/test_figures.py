"""Tests of figures."""

import io

import matplotlib.image
import pandas as pd

from sweep.report.figures import learning_curves


def test_learning_curves_are_a_picture_with_a_line_for_each_arm():
    curves = pd.DataFrame({"arm_id": ["a", "a", "b", "b"], "epoch": [1, 2, 1, 2], "mean": [0.5, 0.9, 0.4, 0.6]}).assign(
        low=lambda c: c["mean"] - 0.1, high=lambda c: c["mean"] + 0.1
    )
    picture = matplotlib.image.imread(io.BytesIO(learning_curves(curves, {"a": "adam", "b": "sgd"}, "accuracy", "t")))
    assert picture.shape == (720, 1200, 4)
    blue, red = (picture[..., 2] - picture[..., 0] > 0.5).sum(), (picture[..., 0] - picture[..., 2] > 0.5).sum()
    assert blue > 500
    assert red > 500
