"""Labels of drawn settings show what the space varies, whatever the other settings are."""

from __future__ import annotations

from sweep.config.distributions import Distribution
from sweep.planning.arm_labels import label_of, labels, varied_in

RATE = Distribution("log_uniform", 0.001, 1.0)


def test_what_varies_is_what_has_several_values_or_is_missing_in_a_part():
    parts = [{"rate": RATE, "size": (8,), "depth": (1,)}, {"rate": RATE, "size": (8,)}]
    assert varied_in(parts) == {"rate", "depth"}
    assert varied_in([{"size": (8,), "kind": ("a", "b")}]) == {"kind"}


def test_a_label_stays_the_same_when_settings_are_added():
    setting = {"optimizer": "adam", "learning_rate": 0.00123457, "beta1": 0.9}
    assert label_of(setting, {"learning_rate"}) == "adam learning_rate=0.00123457"
    assert label_of({"a": 1}, set()) == "no hyperparameters"


def test_labels_of_a_grid_show_what_differs():
    settings = [{"optimizer": "sgd", "learning_rate": rate, "batch_size": 64} for rate in (0.1, 0.2)]
    assert labels(settings) == ["sgd learning_rate=0.1", "sgd learning_rate=0.2"]
