"""The tables of a results folder are read back with the types that were written, or refused."""

import pytest

from sweep.errors import ResultsError
from sweep.planning.plan import Plan
from sweep.records import Arm, Trial
from sweep.results import ResultsFolder, load_results

from .conftest import make_result


def test_an_id_that_looks_like_a_number_is_read_back_as_text(tmp_path):
    arm = Arm("12e456789012", "sgd", {"optimizer": "sgd", "batch_size": 8, "epochs": 3})
    plan = Plan("small", "ab" * 32, 1, (), (arm,), (0,), (Trial("000000000012", arm, 0),), 80)
    with ResultsFolder(tmp_path, plan) as folder:
        folder.append([make_result(plan.trials[0], [0.5])])
        result = folder.finalise("val_loss", "min")
    assert result.leaderboard["arm_id"].tolist() == ["12e456789012"]
    assert result.trials["trial_id"].tolist() == ["000000000012"]


def test_results_are_loaded_from_their_folder_or_refused(tmp_path, plan):
    with pytest.raises(ResultsError, match=r"must hold `trials\.parquet`"):
        load_results(tmp_path)
    with ResultsFolder(tmp_path, plan) as folder:
        folder.append([make_result(plan.trials[0], [0.5])])
        folder.finalise("val_loss", "min")
    assert load_results(str(folder.path)).leaderboard["arm"].tolist() == ["sgd 0", "adam 1"]
    (folder.path / "trials.parquet").write_bytes(b"PAR1")
    with pytest.raises(ResultsError, match=r"trials\.parquet` must be readable"):
        _ = load_results(folder.path).trials


def test_text_that_looks_like_something_else_is_read_back_from_the_leaderboard_as_text(tmp_path):
    settings = [{"norm": "null", "depth": "2", "kind": "NA"}, {"norm": "true", "depth": "10", "kind": "nan"}]
    arms = tuple(Arm(f"arm{number}", f"arm {number}", setting) for number, setting in enumerate(settings))
    trials = tuple(Trial(f"trial{number}", arm, 0) for number, arm in enumerate(arms))
    with ResultsFolder(tmp_path, Plan("own", "ab" * 32, 2, (), arms, (0,), trials, 0)) as folder:
        folder.append([make_result(trial, [0.5]) for trial in trials])
        board = folder.finalise("val_loss", "min").leaderboard
    assert board[["norm", "depth", "kind"]].to_numpy().tolist() == [["null", "2", "NA"], ["true", "10", "nan"]]
    assert "optimizer" not in board
