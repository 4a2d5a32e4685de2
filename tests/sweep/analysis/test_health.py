"""The health checks of a comparison are told in the order of how much they matter."""

import numpy as np

from sweep.analysis.comparison_data import make_study
from sweep.analysis.health import health
from tests.sweep.analysis.conftest import flat


def test_serious_cards_come_first(tables):
    trials, epochs = tables(flat(momentum_a=0.8, momentum_b=0.7, sgd=0.9))
    study = make_study(trials, epochs, "val_accuracy", "max", np.random.default_rng(0), target=0.99)
    severities = [card.severity for card in health(study, trials, epochs)]
    assert severities == sorted(severities, key=["serious", "warning", "note"].index)
    assert severities[0] == "serious"
    assert severities[-1] == "note"
