"""Defines the roles of the parameters, tags and metrics of another tool's runs."""

from __future__ import annotations

from dataclasses import dataclass

from sweep.analysis.outcomes import Mode
from sweep.config.metric import METRICS
from sweep.errors import AnalysisError
from trainers import metrics


def _ours(mode: Mode) -> list[str]:
    return [name for name, metric in metrics.METRICS.items() if metric.mode == mode]


SMALL_IS_GOOD = (*_ours("min"), "error", "err", "mse", "mae", "perplexity", "ppl", "wer", "cer")
LARGE_IS_GOOD = (*_ours("max"), "acc", "f1", "auc", "score", "precision", "recall", "bleu", "map", "reward")


@dataclass(frozen=True)
class Columns:
    """Roles of the parameters, tags and metrics of a run.

    Args:
        arm: parameter or tag whose levels are compared.
        seed: parameter or tag with the seed, an integer.
        metric: metric by which the levels are compared.
        mode: whether the metric is minimized or maximized; None infers it from the metric's name.
        target: value at which the metric counts as reached.
        settings: the hyperparameters; None uses every parameter except the seed.
    """

    arm: str
    seed: str
    metric: str
    mode: Mode | None = None
    target: float | None = None
    settings: tuple[str, ...] | None = None

    @property
    def chosen_mode(self) -> Mode:
        """The mode, as given or inferred from the name of the metric.

        Raises:
            AnalysisError: if the mode cannot be inferred from the name.
        """
        if self.mode is not None:
            return self.mode
        if self.metric in METRICS:
            return METRICS[self.metric].mode
        words = set(self.metric.lower().replace("-", "_").replace("/", "_").replace(".", "_").split("_"))
        if words & set(SMALL_IS_GOOD) or self.metric.lower().endswith("loss"):
            return "min"
        if words & set(LARGE_IS_GOOD):
            return "max"
        raise AnalysisError(
            f"`--mode` must say whether a small or a large value of the metric is good. Received: `{self.metric}`, "
            "whose name does not tell. Give `--mode min` or `--mode max`."
        )
