"""The Trainer of Transformers reports each evaluation, goes on from its checkpoint, and ends when its trial does."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest

# Looked for and not imported: only the processes that train need it, and each process of pytest reads this file.
pytestmark = pytest.mark.skipif(
    find_spec("accelerate") is None, reason="needs the extra transformers: pip install '.[transformers]'"
)

MODULE = """
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments

    from sweep.integrations.transformers import TrialCallback

    class Failing(GPT2LMHeadModel):
        def forward(self, input_ids=None, labels=None, **kwargs):
            if self.training and self.steps == 6:
                raise RuntimeError("the data are gone")
            self.steps += self.training
            return super().forward(input_ids=input_ids, labels=labels, **kwargs)

    def train(trial):
        options = dict(trial.setting)
        kind = Failing if options.pop("fails", False) else GPT2LMHeadModel
        folder = options.pop("output_dir", trial.folder)
        torch.manual_seed(trial.seed)
        shape = {"vocab_size": 8, "n_positions": 8, "n_embd": 16, "n_layer": 1, "n_head": 2}
        model = kind(GPT2Config(**shape, bos_token_id=0, eos_token_id=0))
        model.steps = 0
        rows = torch.randint(1, 8, (40, 1)).repeat(1, 8)
        data = [{"input_ids": row, "labels": row} for row in rows]
        callback = TrialCallback(trial)
        arguments = TrainingArguments(
            folder, num_train_epochs=trial.epochs, learning_rate=0.01, lr_scheduler_type="constant",
            per_device_train_batch_size=10, seed=trial.seed, use_cpu=True, report_to="none", disable_tqdm=True,
            **{"eval_strategy": "epoch", "save_strategy": "no", "logging_strategy": "epoch"} | options,
        )
        trainer = Trainer(model, arguments, train_dataset=data, eval_dataset=data, callbacks=[callback])
        trainer.train(resume_from_checkpoint=callback.checkpoint)
        trainer.evaluate()
"""


@pytest.fixture(scope="module")
def process(start: Callable[[str, str], Any]) -> Any:
    return start(MODULE, "eval_loss")


def test_a_trainer_reports_goes_on_stops_and_fails_as_its_trial(process: Any) -> None:
    whole = process.train("whole", {"eval_on_start": True}, epochs=5)
    assert (whole.status, whole.error) == ("COMPLETED", "")
    # Neither the evaluation before the training nor the one after it is reported.
    assert whole.metrics["epoch"] == [1, 2, 3, 4, 5]
    # 40 examples in batches of 10.
    assert whole.metrics["steps"] == [4, 8, 12, 16, 20]
    # How fast the evaluation was is not of the model.
    assert set(whole.metrics) == {"epoch", "loss", "eval_loss", "steps", "examples", "seconds"}
    assert whole.files == ["checkpoint-20"]

    assert process.train("parts", {"eval_on_start": True}, epochs=2).files == ["checkpoint-8"]
    parts = process.train("parts", {"eval_on_start": True}, epochs=5, goes_on=True)
    assert (parts.status, parts.error) == ("COMPLETED", "")
    assert parts.metrics["epoch"] == whole.metrics["epoch"]
    assert parts.metrics["steps"] == whole.metrics["steps"]
    # Dropout and the order of the batches go on too.
    assert parts.metrics["eval_loss"] == pytest.approx(whole.metrics["eval_loss"], rel=1e-5)

    stopped = process.train("stopped", {"eval_on_start": True}, epochs=1000, stop_at=whole.metrics["eval_loss"][2])
    assert (stopped.status, stopped.metrics["epoch"]) == ("STOPPED", [1, 2, 3])

    failed = process.train("failed", {"fails": True}, epochs=5)
    assert (failed.status, failed.metrics["epoch"]) == ("FAILED", [1])
    assert "the data are gone" in failed.error

    unkept = process.train("unkept", {}, epochs=2, weights="none")
    assert (unkept.status, unkept.files, unkept.metrics["epoch"]) == ("COMPLETED", [], [1, 2])


def test_other_ways_to_evaluate_and_to_save(process: Any) -> None:
    steps = process.train("steps", {"eval_strategy": "steps", "eval_steps": 2}, epochs=1)
    assert (steps.metrics["epoch"], steps.metrics["steps"]) == ([1, 2], [2, 4])

    limited = process.train("limited", {"save_total_limit": 1}, epochs=2)
    assert limited.status == "FAILED"
    assert "`save_total_limit` must be left out" in limited.error
    elsewhere = process.train("elsewhere", {"output_dir": "elsewhere"}, epochs=2)
    assert elsewhere.status == "FAILED"
    assert "`output_dir` must be `trial.folder` where `keep.weights` is not none" in elsewhere.error
