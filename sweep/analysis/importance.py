"""Which hyperparameters the result depends on, by functional ANOVA and by what sets the best settings apart."""

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
"""Numbers that are spread over decades: their logarithm is what matters."""

FEWEST_SETTINGS = 4
"""With fewer settings nothing can be said to matter."""

TOP_SHARE = 0.1
"""PED-ANOVA asks what sets this share of the settings apart, and at least ``FEWEST_TOP`` of them."""

FEWEST_TOP = 3


@dataclass(frozen=True)
class Importance:
    """How much one hyperparameter matters.

    Args:
        name: of the hyperparameter.
        share: of the importance of all; they add up to 1, or are all 0 where the result depends on none.
    """

    name: str
    share: float


def varied(settings: pd.DataFrame, parameters: list[str]) -> list[str]:
    """Keep the hyperparameters that every setting has and that do not have the same value in all.

    Args:
        settings: one row per setting.
        parameters: columns to look at.
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
    """Say how much each hyperparameter matters, the most important first.

    fANOVA: ``V_j / V``, the share of the variance of a random forest's prediction that is due to hyperparameter j
    alone, over the whole space. PED-ANOVA: ``D(p_top || p_all)``, the Pearson divergence between the values of j in the
    best tenth of the settings and in all, so that what only bad settings depend on does not count.

    **Variant.** Optuna's evaluators. Learning rate, epsilon and batch size enter by their logarithm. A setting that
    diverged has no number and is left out, so that importance is among those that train. The shares are normalised to
    1, which hides interactions.

    Args:
        settings: one row per setting, as `sweep.analysis.settings.settings_table` gives them; of one optimizer, or of
            all with ``optimizer`` among the parameters.
        parameters: columns to assess; those that do not vary are left out.
        mode: whether small or large values are good.
        rng: seeds the forest.
        method: which of the two.
        value: the column of the result.

    Returns:
        empty below 4 settings with a number, or if no parameter varies.

    Raises:
        AnalysisError: if Optuna is not installed.

    Reference: Hutter et al. (2014), An Efficient Approach for Assessing Hyperparameter Importance; Watanabe et al.
    (2023), PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in Arbitrary Subspaces.
    """
    rows = settings[np.isfinite(settings[value].to_numpy(dtype=np.float64, na_value=np.nan))]
    names = varied(rows, parameters)
    if len(rows) < FEWEST_SETTINGS or not names:
        return ()
    if rows[value].nunique() == 1:
        return tuple(Importance(name, 0.0) for name in names)
    optuna = _optuna()
    evaluator = _evaluator(optuna, method, len(rows), int(rng.integers(2**31)))
    study = _study(optuna, rows, names, mode, value)
    with warnings.catch_warnings():
        # Optuna warns where few settings share a value; the report shows how many settings there are.
        warnings.simplefilter("ignore")
        found = optuna.importance.get_param_importances(study, evaluator=evaluator, params=names, normalize=False)
    # A divergence or variance of 0 can come out a rounding error below.
    shares = {name: max(0.0, float(found[name])) for name in names}
    total = sum(shares.values())
    ordered = sorted(names, key=lambda name: -shares[name])
    return tuple(Importance(name, shares[name] / total if total else 0.0) for name in ordered)


def load_ahead() -> None:
    """Load what `importances` needs, which takes half a second, if it is installed."""
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
    """Tell Optuna of the settings as if it had tried them."""
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
