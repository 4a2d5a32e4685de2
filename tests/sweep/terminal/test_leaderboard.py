"""The leaderboard names the best arms, hides no optimizer and no divergence, and fits the terminal."""

import io

import pandas as pd
from rich.console import Console

from sweep.terminal.leaderboard import render_leaderboard


def _frame(rows, **extra):
    columns = ["rank", "arm", "optimizer", "seeds", "diverged", "final_val_loss_mean", "final_val_loss_std"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["rank"] = frame["rank"].astype("Int64")
    frame["best_val_loss_mean"] = frame["final_val_loss_mean"]
    return frame.assign(failed=0, unfinished=0, **extra)


def _rows(count, optimizer="sgd", seeds=3, diverged=0, first=1):
    return [
        (rank, f"{optimizer} lr={rank}", optimizer, seeds, diverged, 0.1 * rank, 0.01)
        for rank in range(first, first + count)
    ]


def _print(frame, *, terminal=False, width=80, encoding="utf-8"):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    console = Console(file=stream, force_terminal=terminal, width=width, color_system=None, highlight=False)
    render_leaderboard(frame, console)
    stream.flush()
    return stream.buffer.getvalue().decode(encoding).splitlines()


def test_ten_arms_are_shown_and_the_best_of_each_optimizer_beyond_them():
    lines = _print(_frame(_rows(12) + _rows(2, "adam", first=13)))
    assert lines[0].split() == ["arm", "val_loss", "best", "seeds"]
    assert lines[1].split() == ["1", "sgd", "lr=1", "0.1000", "±", "0.0100", "0.1000", "3"]
    assert [line.split()[0] for line in lines[1:-1]] == [*map(str, range(1, 11)), "13"]
    assert lines[-1] == "and 3 more arms in leaderboard.csv"


def test_an_arm_that_diverged_throughout_is_shown_without_a_rank_or_a_number():
    rows = [*_rows(1), (None, "adam lr=9", "adam", 0, 3, None, None)]
    lines = _print(_frame(rows))
    assert lines[0].split()[-1] == "diverged"
    assert lines[2].split() == ["-", "adam", "lr=9", "-", "-", "0", "3"]


def test_pruned_seeds_are_counted_where_there_are_any():
    assert "pruned" not in _print(_frame(_rows(2)).assign(pruned=0))[0]
    lines = _print(_frame([*_rows(1), (None, "adam lr=9", "adam", 0, 0, None, None)]).assign(pruned=[0, 3]))
    assert lines[0].split()[-1] == "pruned"
    assert lines[2].split() == ["-", "adam", "lr=9", "-", "-", "0", "3"]


def test_a_single_seed_has_neither_a_spread_nor_a_column_of_seeds():
    rows = [(1, "sgd lr=1", "sgd", 1, 0, 0.25, float("nan"))]
    assert [line.split() for line in _print(_frame(rows))] == [
        ["arm", "val_loss", "best"],
        ["1", "sgd", "lr=1", "0.2500", "0.2500"],
    ]


def test_a_target_shows_how_many_reached_it_and_how_soon():
    lines = _print(_frame(_rows(1), reached=2, target_steps_median=120.0))
    assert lines[0].split()[-2:] == ["reached", "steps"]
    assert lines[1].split()[-2:] == ["2", "120"]


def test_a_narrow_terminal_breaks_the_label_alone_and_cuts_no_number():
    label = "momentum lr=0.01 beta1=0.9 batch=64 decay=inverse_time rate=0.01"
    rows = [(1, label, "momentum", 3, 1, 0.123456, 0.0123)]
    lines = _print(_frame(rows, reached=2, target_steps_median=1200.0), terminal=True)
    text = "\n".join(lines)
    assert max(map(len, lines)) <= 80
    assert "0.1235 ± 0.0123" in text
    assert "diverged" in text
    assert "…" not in text
    assert all(part in text for part in label.split())
    assert "best" not in lines[0]  # spared, so that the label gets more room
    narrow = _print(_frame(rows, reached=2, target_steps_median=1200.0), terminal=True, width=60)
    assert narrow[0].split() == ["arm", "val_loss", "seeds", "diverged"]
    assert "best" in _print(_frame(rows, reached=2, target_steps_median=1200.0), terminal=True, width=120)[0]


def test_a_pipe_gets_whole_lines_however_long_the_label_is():
    rows = [(1, "sgd " + "x" * 200, "sgd", 3, 0, 0.5, 0.1)]
    lines = _print(_frame(rows))
    assert len(lines) == 2
    assert "x" * 200 in lines[1]


def test_an_output_that_knows_no_plus_minus_sign_gets_one_it_knows():
    assert "0.1000 +/- 0.0100" in _print(_frame(_rows(1)), encoding="ascii")[1]


def test_base_rates_come_last_and_without_a_rank():
    lines = _print_with(_frame(_rows(2)), base_rates={"majority class": (0.5, 0.7)})
    assert lines[-1].split() == ["majority", "class", "0.6000", "±", "0.1414"]


def test_by_the_best_epoch_its_mean_is_shown_first_and_that_of_the_last_beside_it():
    frame = _frame(_rows(1)).assign(best_val_loss_mean=0.05, best_val_loss_std=0.02)
    lines = _print_with(frame, by="best")
    assert lines[0].split() == ["arm", "val_loss", "last", "seeds"]
    assert lines[1].split() == ["1", "sgd", "lr=1", "0.0500", "±", "0.0200", "0.1000", "3"]


def _print_with(frame, **arguments):
    stream = io.StringIO()
    render_leaderboard(frame, Console(file=stream, width=80, color_system=None, highlight=False), **arguments)
    return [line for line in stream.getvalue().replace("+/-", "±").splitlines() if line.strip()]


def test_equal_seeds_have_a_deviation_of_zero_whatever_their_sum_was_rounded_to():
    lines = _print(_frame([(1, "sgd", "sgd", 3, 0, 0.1, 1.7e-17), (2, "adam", "adam", 3, 0, 0.2, 2e-9)]))
    assert [line.split()[4] for line in lines[1:]] == ["0", "2e-09"]


def test_the_best_of_each_level_is_shown_of_any_factor_and_without_one_the_first_ten():
    frame = _frame([*_rows(12), *_rows(1, "adam", first=13)]).rename(columns={"optimizer": "kind"})
    shown = []
    for factor in ("kind", ""):
        stream = io.StringIO()
        render_leaderboard(frame, Console(file=stream, width=80, color_system=None), factor=factor)
        shown.append(stream.getvalue())
    assert "adam lr=13" in shown[0]
    assert "and 2 more arms" in shown[0]
    assert "adam lr=13" not in shown[1]
    assert "and 3 more arms" in shown[1]
