"""Measures how much the result depends on each hyperparameter, with fANOVA and PED-ANOVA."""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from sweep.analysis.outcomes import Mode
from sweep.errors import AnalysisError
from trainers.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    import pandas as pd

Method: TypeAlias = Literal["fanova", "ped-anova"]

LOGARITHMIC = {
    "batch_size",
    *(
        declared.name
        for optimizer in OPTIMIZERS.values()
        for declared in optimizer.hyperparameters
        if declared.scale == "log"
    ),
}
"""Hyperparameters that enter by their logarithm, because they span orders of magnitude."""

FEWEST_SETTINGS = 4
"""Minimum number of settings for an estimate."""

TOP_SHARE = 0.1
"""Share of the settings that PED-ANOVA takes as the best, but at least ``FEWEST_TOP``."""

FEWEST_TOP = 3


@dataclass(frozen=True)
class Importance:
    """The importance of one hyperparameter.

    Args:
        name: name of the hyperparameter.
        share: share of the total importance; the shares add up to 1, or are all 0 if the result depends on none.
    """

    name: str
    share: float


def varied(settings: pd.DataFrame, parameters: list[str]) -> list[str]:
    """Select the hyperparameters that every setting has and that take more than one value.

    Args:
        settings: one row per setting.
        parameters: candidate columns.
    """
    return [
        name
        for name in parameters
        if name in settings and settings[name].notna().all() and settings[name].nunique(dropna=True) > 1
    ]


def importances(
    settings: pd.DataFrame,
    parameters: list[str],
    mode: Mode,
    rng: np.random.Generator,
    method: Method = "fanova",
    value: str = "value",
) -> tuple[Importance, ...]:
    """Compute the importance of each hyperparameter, the most important first.

    fANOVA: ``V_j / V``, the share of the variance of a random forest's prediction that is due to hyperparameter j
    alone, over the whole space. PED-ANOVA: ``D(p_top || p_all)``, the Pearson divergence between the values of j in the
    best tenth of the settings and in all of them, which ignores effects among bad settings.

    **Variant.** Optuna's evaluators. Learning rate, epsilon and batch size enter by their logarithm. Diverged settings
    have no value and are excluded, so that the importance is among settings that train. The shares are normalised to 1,
    which hides interactions.

    Args:
        settings: one row per setting, from `sweep.analysis.settings.settings_table`; of one optimizer, or of all with
            ``optimizer`` among the parameters.
        parameters: columns to assess; constant ones are excluded.
        mode: whether small or large values are better.
        rng: seeds the forest.
        method: ``fanova`` or ``ped-anova``.
        value: the column of the result.

    Returns:
        One entry per varied parameter; empty below 4 settings with a value, or if no parameter varies.

    Raises:
        AnalysisError: if Optuna is not installed.

    Reference: Hutter et al. (2014), An Efficient Approach for Assessing Hyperparameter Importance; Watanabe et al.
    (2023), PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in Arbitrary Subspaces.
    """
    rows = settings[np.isfinite(settings[value].to_numpy(dtype=np.float64, na_value=np.nan))]
    names = varied(rows, parameters)
    if len(rows) < FEWEST_SETTINGS or not names:
        return ()
    if len(names) == 1 and rows[value].nunique() > 1:
        # A forest of many settings takes long, and there is nothing to share.
        return (Importance(names[0], 1.0),)
    if rows[value].nunique() == 1:
        return tuple(Importance(name, 0.0) for name in names)
    optuna = _optuna()
    evaluator = _evaluator(optuna, method, len(rows), int(rng.integers(2**31)))
    study = _study(optuna, rows, names, mode, value)
    with warnings.catch_warnings():
        # Optuna warns if few settings share a value; the report shows the number of settings.
        warnings.simplefilter("ignore")
        found = optuna.importance.get_param_importances(study, evaluator=evaluator, params=names, normalize=False)
    # A divergence or variance of 0 can be slightly negative by rounding.
    shares = {name: max(0.0, float(found[name])) for name in names}
    total = sum(shares.values())
    ordered = sorted(names, key=lambda name: -shares[name])
    return tuple(Importance(name, shares[name] / total if total else 0.0) for name in ordered)


def load_ahead() -> None:
    """Import the dependencies of `importances`, which takes half a second, if they are installed."""
    with suppress(AnalysisError):
        _evaluator(_optuna(), "fanova", 1, 0)


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise AnalysisError(
            "importances need Optuna, which is not installed. Install it with "
            "`pip install 'optimizer-sweep[analysis]'`, or read the heat maps instead."
        ) from error
    return optuna


def _evaluator(optuna: Any, method: Method, count: int, seed: int) -> Any:
    if method == "fanova":
        return optuna.importance.FanovaImportanceEvaluator(seed=seed)
    share = min(max(TOP_SHARE, FEWEST_TOP / count), 1 - 1 / count)
    return optuna.importance.PedAnovaImportanceEvaluator(target_quantile=share)


def _study(optuna: Any, rows: pd.DataFrame, names: list[str], mode: Mode, value: str) -> Any:
    """An Optuna study that contains the settings as completed trials."""
    columns: dict[str, list[Any]] = {}
    distributions: dict[str, Any] = {}
    for name in names:
        if rows[name].map(lambda cell: isinstance(cell, str)).any():
            columns[name] = [str(cell) for cell in rows[name]]
            distributions[name] = optuna.distributions.CategoricalDistribution(sorted(set(columns[name])))
        else:
            numbers = rows[name].to_numpy(dtype=np.float64)
            if name in LOGARITHMIC and (numbers > 0).all():
                numbers = np.log10(numbers)
            columns[name] = numbers.tolist()
            distributions[name] = optuna.distributions.FloatDistribution(float(numbers.min()), float(numbers.max()))
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        study = optuna.create_study(direction="minimize" if mode == "min" else "maximize")
        study.add_trials(
            [
                optuna.trial.create_trial(
                    params={name: columns[name][row] for name in names},
                    distributions=distributions,
                    value=float(result),
                )
                for row, result in enumerate(rows[value])
            ]
        )
    finally:
        optuna.logging.set_verbosity(verbosity)
    return study
