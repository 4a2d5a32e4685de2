"""A tiny BERT with random weights on made-up sentences, trained by the Trainer of Transformers."""

import numpy as np
import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

from sweep.integrations.transformers import TrialCallback

WORDS, LENGTH = 20, 7


def sentences(generator, count):
    """Draw sentences, each with its class: whether most of its words are of the second half of the vocabulary."""
    words = generator.integers(0, WORDS, size=(count, LENGTH))
    classes = np.median(words, axis=1) >= WORDS / 2
    return [
        {"input_ids": torch.tensor(row), "labels": torch.tensor(int(label))}
        for row, label in zip(words, classes, strict=True)
    ]


def accuracy(prediction):
    """Return the share of sentences that are classified correctly."""
    return {"accuracy": np.mean(prediction.predictions.argmax(1) == prediction.label_ids)}


def train(trial):
    """Train a classifier of sentences; a trial that goes on continues from its checkpoint."""
    callback = TrialCallback(trial)
    arguments = TrainingArguments(
        output_dir=trial.folder,
        num_train_epochs=trial.epochs,
        learning_rate=trial.setting["learning_rate"],
        # Such that the first epochs do not depend on how many follow.
        lr_scheduler_type="constant",
        per_device_train_batch_size=32,
        per_device_eval_batch_size=128,
        eval_strategy="epoch",
        logging_strategy="epoch",
        save_strategy="no",
        seed=trial.seed,
        use_cpu=trial.device == "cpu",
        report_to="none",
        disable_tqdm=True,
    )
    torch.manual_seed(trial.seed)
    config = BertConfig(
        vocab_size=WORDS,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=trial.setting["model.layers"],
        num_attention_heads=2,
        max_position_embeddings=LENGTH,
    )
    trainer = Trainer(
        model=BertForSequenceClassification(config),
        args=arguments,
        train_dataset=sentences(trial.generator("training"), 512),
        eval_dataset=sentences(trial.generator("validation"), 128),
        compute_metrics=accuracy,
        callbacks=[callback],
    )
    trainer.train(resume_from_checkpoint=callback.checkpoint)
