"""Tests of performance profiles and the AlgoPerf score, against the scores that MLCommons published."""

from io import StringIO

import numpy as np
import pandas as pd
import pytest

from sweep.analysis.profiles import (
    algoperf_scores,
    held_out_bases,
    median_of_studies,
    performance_profiles,
    performance_ratios,
)

# Median over five studies of the seconds to the validation target, in whole seconds; empty where it was not reached or
# not run. Worked out from the measurements of the first AlgoPerf competition (Kasimbeg et al., 2025, Accelerating
# Neural Network Training: An Analysis of the AlgoPerf Competition) in github.com/mlcommons/submissions_algorithms,
# previous_leaderboards/algoperf_v05/logs, with the targets of scoring/workload_targets_v05.json (Apache-2.0).
WORKLOADS = (
    "submission,criteo1tb,fastmri,imagenet_resnet,imagenet_vit,librispeech_conformer,librispeech_deepspeech,ogbg,wmt,"
    "criteo1tb_embed_init,fastmri_tanh,imagenet_resnet_large_bn_init,librispeech_conformer_layernorm,ogbg_model_size,"
    "wmt_glu_tanh\n"
)
EXTERNAL_TUNING = """\
amos,,2941,,50496,43293,31735,11071,32833,,4304,34760,34653,16356,17722
baseline,7223,2030,,70197,54769,36024,7697,41189,611,4509,59225,50447,12505,16832
caspr_adaptive,,1119,,44673,,41825,2192,32045,,1360,,36124,2195,
cyclic_lr,5163,2200,,62445,57567,38986,6948,23562,606,3866,,56129,9334,16851
generalized_adam,6403,1581,61257,64740,,37496,5785,30284,384,3428,55657,50467,11786,16003
lawa_ema,5303,2556,,61886,,,10597,43034,719,5027,,,13558,18908
lawa_queue,,1971,,51189,,,4643,27171,1053,4863,,,4464,10521
nadamp,6162,1980,,68105,57675,33171,7944,38684,503,4300,56673,51916,13706,22725
schedule_free_adamw,5164,1162,,44005,56121,43256,5275,16013,366,3604,,34536,11242,5947
schedule_free_prodigy,,1881,,,,,11243,,,5777,,,,19390
shampoo_submission,5043,1321,,33094,47445,34624,3363,38656,246,1949,58546,41695,3601,11813
"""
SELF_TUNING = """\
adamg,,,,,,,,,,,,,,
baseline,5794,1976,,73981,57674,36051,8423,40361,503,4549,,56241,12748,28607
nadamw_sequential,22791,2381,,122357,,80703,10109,113506,4410,3903,,70640,17793,75697
schedule_free_adamw,5764,1321,,52381,58997,49010,5994,45376,1925,5114,,37413,10292,10148
sinv6,,4310,,,,136882,25004,111823,,7680,,111005,,21952
sinv6_75,,3991,,,,122484,27643,87459,,7116,,155643,,21111
"""
# The leaderboards of the same repository, previous_leaderboards/algoperf_v05/README.md.
PUBLISHED = {
    EXTERNAL_TUNING: {
        "shampoo_submission": 0.7784,
        "schedule_free_adamw": 0.7077,
        "generalized_adam": 0.6383,
        "cyclic_lr": 0.6301,
        "nadamp": 0.5909,
        "baseline": 0.5707,
        "amos": 0.4918,
        "caspr_adaptive": 0.4722,
        "lawa_queue": 0.3699,
        "lawa_ema": 0.3384,
        "schedule_free_prodigy": 0.0,
    },
    SELF_TUNING: {
        "schedule_free_adamw": 0.8542,
        "baseline": 0.8194,
        "nadamw_sequential": 0.3308,
        "sinv6_75": 0.1420,
        "sinv6": 0.0903,
        "adamg": 0.0,
    },
}


@pytest.mark.parametrize("table", [EXTERNAL_TUNING, SELF_TUNING], ids=["external tuning", "self-tuning"])
def test_the_published_scores_are_reproduced_to_their_four_decimals(table):
    times = pd.read_csv(StringIO(WORKLOADS + table), index_col=0)
    assert algoperf_scores(times).round(4).to_dict() == PUBLISHED[table]


def table(**rows):
    width = len(next(iter(rows.values())))
    return pd.DataFrame.from_dict(rows, orient="index", columns=[f"w{number}" for number in range(width)], dtype=float)


def test_ratios_are_relative_to_the_fastest_of_each_workload():
    ratios = performance_ratios(table(a=[10, 30], b=[20, 15]))
    assert ratios.to_numpy().tolist() == [[1.0, 2.0], [2.0, 1.0]]


def test_more_than_four_times_the_fastest_is_a_miss_and_four_times_is_not():
    ratios = performance_ratios(table(a=[10, 10], b=[40, 40.1]))
    assert ratios.loc["b"].tolist() == [4.0, np.inf]


def test_the_profile_is_the_share_of_workloads_within_a_factor():
    profile = performance_profiles(
        performance_ratios(table(a=[10, 30, 5], b=[20, 15, np.nan])), np.array([1.0, 1.9, 2.0])
    )
    assert profile.names == ("a", "b")
    assert profile.shares.tolist() == [[2 / 3, 2 / 3, 1.0], [1 / 3, 1 / 3, 2 / 3]]


def test_the_exact_score_is_the_area_under_the_profile():
    scores = algoperf_scores(table(a=[10, 30], b=[20, 15]), exact=True)
    # a: (3 + 2) / (2 x 3); the area right of a ratio of 2 is 2, of 1 is 3.
    assert scores.to_dict() == pytest.approx({"a": 5 / 6, "b": 5 / 6})


def test_the_benchmarks_score_is_within_half_a_step_of_the_exact_one(rng):
    times = pd.DataFrame(rng.uniform(1, 5, size=(6, 7)), index=list("abcdef"))
    times.columns = [f"w{number}" for number in range(7)]
    gap = (algoperf_scores(times) - algoperf_scores(times, exact=True)).abs()
    assert (gap <= 0.5 / 99).all()
    assert (gap > 0).any()


def test_the_fastest_everywhere_scores_one_and_who_never_hits_zero():
    scores = algoperf_scores(table(best=[1, 2], never=[np.nan, np.inf]))
    assert scores.to_dict() == pytest.approx({"best": 1.0, "never": 0.0})


def test_a_workload_that_nobody_solves_counts_against_all():
    assert algoperf_scores(table(a=[1, np.nan], b=[2, np.nan]), exact=True)["a"] == 0.5


def test_a_miss_of_a_held_out_variant_loses_its_base():
    times = pd.DataFrame(
        {"wmt": [10.0, 20.0], "wmt_tanh": [np.nan, 5.0], "ogbg": [10.0, 10.0]}, index=["fragile", "robust"]
    )
    ratios = performance_ratios(times)
    assert list(ratios.columns) == ["wmt", "ogbg"]
    # The fastest of who is left is what the others are measured by.
    assert ratios["wmt"].to_dict() == {"fragile": np.inf, "robust": 1.0}


def test_a_variant_too_slow_for_credit_loses_its_base_too():
    times = pd.DataFrame({"wmt": [10.0, 11.0], "wmt_tanh": [10.0, 41.0]}, index=["a", "b"])
    assert performance_ratios(times).loc["b", "wmt"] == np.inf


def test_a_variant_does_not_count_for_who_misses_its_base():
    # b is the fastest on the variant, but not measured there, so that a's time is within four times the fastest.
    times = pd.DataFrame({"wmt": [10.0, np.nan], "wmt_tanh": [50.0, 10.0]}, index=["a", "b"])
    assert performance_ratios(times).loc["a", "wmt"] == 1.0


def test_a_variant_is_told_by_the_prefix_of_its_name():
    names = ["wmt", "wmt_glu", "wmt_glu_tanh", "wmtx", "fastmri"]
    assert held_out_bases(names) == {"wmt_glu": "wmt", "wmt_glu_tanh": "wmt"}


def test_the_median_of_the_studies_counts_and_misses_are_slower_than_any():
    times = pd.DataFrame({"w": [10.0, 30.0, np.nan, 5.0, np.nan, np.nan]}, index=["a", "a", "a", "b", "b", "b"])
    assert median_of_studies(times)["w"].to_dict() == {"a": 30.0, "b": np.inf}
