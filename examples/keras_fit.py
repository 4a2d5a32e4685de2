"""A Keras model on scikit-learn's wine data, with torch as the backend."""

import os

# Before Keras is imported, which would look for TensorFlow.
os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
from sklearn.datasets import load_wine

from sweep.integrations.keras import TrialCallback


def train(trial):
    """Train a classifier of wines; a trial that goes on continues from its checkpoint."""
    keras.utils.set_random_seed(trial.seed)
    x, y = load_wine(return_X_y=True)
    order = trial.generator("split").permutation(len(x))
    x, y = ((x - x.mean(0)) / x.std(0))[order], y[order]
    model = keras.Sequential(
        [
            keras.Input((13,)),
            keras.layers.Dense(trial.setting["width"], activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(trial.setting["learning_rate"]),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    callback = TrialCallback(trial)
    model.fit(
        x[50:],
        y[50:],
        validation_data=(x[:50], y[:50]),
        batch_size=16,
        initial_epoch=callback.initial_epoch,
        epochs=trial.epochs,
        callbacks=[callback],
        # The rows are in random order already, so that a trial that goes on sees the same batches.
        shuffle=False,
        verbose=0,
    )
