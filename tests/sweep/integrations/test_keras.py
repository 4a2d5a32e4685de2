"""Keras' `fit` reports each epoch, goes on from its checkpoint, and ends when its trial does."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest

# Looked for and not imported: only the processes that train need it, and each process of pytest reads this file.
pytestmark = pytest.mark.skipif(find_spec("h5py") is None, reason="needs the extra keras: pip install '.[keras]'")

MODULE = """
    import os

    os.environ["KERAS_BACKEND"] = "torch"

    import keras
    import numpy as np

    from sweep.integrations.keras import TrialCallback

    class Fails(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise RuntimeError("the data are gone")

    def train(trial):
        keras.utils.set_random_seed(trial.seed)
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)])
        model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
        callback = TrialCallback(trial)
        x = np.linspace(-1, 1, 40)[:, None]
        model.fit(
            x, 2 * x, batch_size=10, validation_data=(x, 2 * x), shuffle=False, verbose=0,
            initial_epoch=callback.initial_epoch, epochs=trial.epochs,
            callbacks=[*([Fails()] if trial.setting.get("fails") else []), callback],
        )
        model.evaluate(x, 2 * x, verbose=0)
"""


@pytest.fixture(scope="module")
def process(start: Callable[[str, str], Any]) -> Any:
    return start(MODULE, "val_loss")


def test_a_model_reports_goes_on_stops_and_fails_as_its_trial(process: Any) -> None:
    whole = process.train("whole", {}, epochs=5)
    assert (whole.status, whole.error) == ("COMPLETED", "")
    assert whole.metrics["epoch"] == [1, 2, 3, 4, 5]
    # 40 examples in batches of 10.
    assert whole.metrics["steps"] == [4, 8, 12, 16, 20]
    assert {"loss", "mae", "val_loss", "val_mae"} <= set(whole.metrics)
    assert whole.files == ["checkpoint-5.keras"]

    assert process.train("parts", {}, epochs=2).files == ["checkpoint-2.keras"]
    parts = process.train("parts", {}, epochs=5, goes_on=True)
    assert (parts.status, parts.error) == ("COMPLETED", "")
    assert parts.metrics["epoch"] == whole.metrics["epoch"]
    assert parts.metrics["steps"] == whole.metrics["steps"]
    # Adam's averages go on too, or the numbers would differ.
    for name in ("loss", "val_loss", "val_mae"):
        assert parts.metrics[name] == pytest.approx(whole.metrics[name], rel=1e-5)

    stopped = process.train("stopped", {}, epochs=1000, stop_at=whole.metrics["val_loss"][2])
    assert (stopped.status, stopped.metrics["epoch"]) == ("STOPPED", [1, 2, 3])

    failed = process.train("failed", {"fails": True}, epochs=5)
    assert (failed.status, failed.metrics["epoch"]) == ("FAILED", [1])
    assert "the data are gone" in failed.error

    unkept = process.train("unkept", {}, epochs=2, weights="none")
    assert (unkept.status, unkept.files) == ("COMPLETED", [])
