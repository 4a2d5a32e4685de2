"""What the operating system refuses of the results folder while a sweep runs is one sentence, and nothing is lost."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sweep.errors import ResultsError
from sweep.results import ResultsFolder

from .conftest import make_result


def test_a_folder_that_is_removed_meanwhile_is_said_in_one_sentence_and_the_next_start_writes_it(tmp_path, plan):
    results = [make_result(trial, [0.5, 0.2]) for trial in plan.trials]
    with ResultsFolder(tmp_path, plan) as folder:
        folder.append(results[:1])
        shutil.rmtree(folder.path)
        with pytest.raises(ResultsError, match=_said("No such file or directory")):
            folder.append(results[1:])
    with ResultsFolder(tmp_path, plan) as folder:
        assert folder.finished_trial_ids() == frozenset()
        folder.append(results)
        assert len(folder.finished_trial_ids()) == len(results)


def test_a_folder_that_becomes_read_only_meanwhile_is_said_in_one_sentence_and_keeps_what_it_has(tmp_path, plan):
    mounting = ["unshare", "-m", "true"]
    if shutil.which("unshare") is None or subprocess.run(mounting, capture_output=True).returncode:
        pytest.skip("A mount of its own needs the rights of an administrator.")
    code = f"""
import subprocess, sys
sys.path[:0] = {[str(Path(__file__).parents[3])]!r}
from tests.sweep.results.conftest import make_plan, make_result
from sweep.errors import ResultsError
from sweep.results import ResultsFolder
plan = make_plan([{{'optimizer': 'sgd'}}])
with ResultsFolder(sys.argv[1], plan) as folder:
    folder.append([make_result(plan.trials[0], [0.5])])
    subprocess.run(["mount", "--bind", sys.argv[1], sys.argv[1]], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", sys.argv[1]], check=True)
    try:
        folder.finalise("val_loss", "min")
    except ResultsError as error:
        print(error)
"""
    command = ["unshare", "-m", sys.executable, "-c", code, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.match(_said("Read-only file system"), said)
    with ResultsFolder(tmp_path, plan) as folder:
        assert folder.finished_trial_ids() == {plan.trials[0].id}


def _said(reason):
    return (
        rf"^the results folder must be writable\. Received: {reason} at `[^`]+`\. "
        r"Free it, or choose another folder by `results`\.\s*$"
    )
