"""What an optimizer declares of others is possible, and a class speaks for itself alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers.errors import UserCodeError
from trainers.imports import import_attribute
from trainers.optimizers import OPTIMIZERS, declaration_of
from trainers.optimizers.declaration import EqualCase, wrong_cases

DECLARED = {name: declaration_of(optimizer) for name, optimizer in OPTIMIZERS.items()}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_declaration_is_that_of_its_optimizer_and_names_only_others_that_exist(name):
    optimizer, declared = OPTIMIZERS[name], DECLARED[name]
    assert (declared.name, declared.hyperparameters) == (name, optimizer.hyperparameters)
    assert type(optimizer).__module__.rpartition(".")[2] == name
    assert list(wrong_cases(declared, OPTIMIZERS)) == []
    assert set(declared.imitates) <= set(OPTIMIZERS) - {name}
    assert declared.title
    assert declared.rows is not None


def test_no_two_optimizers_have_a_name_or_title_in_common():
    names = [spelled for one in DECLARED.values() for spelled in (one.name, *one.aliases)]
    assert len(set(names)) == len(names)
    titles = [one.title for one in DECLARED.values()]
    assert len(set(titles)) == len(titles)


def test_one_hyperparameter_has_the_same_other_names_and_scale_in_every_optimizer():
    for name in {h.name for one in DECLARED.values() for h in one.hyperparameters}:
        uses = [h for one in DECLARED.values() for h in one.hyperparameters if h.name == name]
        assert len({(h.aliases, h.scale) for h in uses}) == 1


@given(
    st.sampled_from(sorted(OPTIMIZERS)),
    st.sampled_from([*sorted(OPTIMIZERS), "rprop"]),
    st.dictionaries(
        st.sampled_from(["beta1", "beta2", "epsilon", "weight_decay", "share"]),
        st.sampled_from([0.0, 0.5, 1.0, -1.0]),
        max_size=3,
    ),
)
def test_a_case_is_possible_only_where_the_rest_is_all_that_the_other_takes(general, special, when):
    declared = replace(DECLARED[general], equals=(EqualCase(when, special),))
    own = {h.name: h for h in declared.hyperparameters}
    possible = (
        special in OPTIMIZERS
        and len(when) > 0
        and all(name in own and own[name].accepts(value) for name, value in when.items())
        and all(h.name in own and h.name not in when for h in OPTIMIZERS[special].hyperparameters)
    )
    assert (list(wrong_cases(declared, OPTIMIZERS)) == []) == possible


OWN = """
from trainers.optimizers.base import BETA1, LEARNING_RATE
from trainers.optimizers.declaration import Declaration, EqualCase, Kernel
from trainers.optimizers.momentum import Momentum

def one_pass(w, g, v, b, c, a):
    for k in range(w.shape[0]):
        for p in range(w.shape[1]):
            v[k, p] = v[k, p] * b[k, 0] + g[k, p] * c[k, 0]
            w[k, p] -= v[k, p] * a[k, 0]

class Mine(Momentum):
    declaration = Declaration(
        name="mine",
        title="mine of old",
        hyperparameters=(LEARNING_RATE, BETA1),
        equals=(EqualCase({"beta1": 0.0}, "OTHER"),),
        kernel=Kernel(one_pass, ("velocity",), ("beta1", "one_minus_beta1", "alpha")),
    )
    name = declaration.name
    hyperparameters = declaration.hyperparameters
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Writes a module of the user's and gives its optimizer's path."""

    def write(module, other):
        (tmp_path / f"{module}.py").write_text(OWN.replace("OTHER", other), encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        return f"{module}:Mine"

    return write


def test_an_optimizer_of_the_users_own_may_declare_as_much(own):
    np, compiled = pytest.importorskip("numpy"), pytest.importorskip("trainers.compiled")
    path = own("own_declared", "sgd")
    optimizer = OPTIMIZERS[path]
    assert declaration_of(optimizer).title == "mine of old"
    fused = compiled.fused_update(optimizer)
    w, g, numbers = np.ones((2, 3)), np.full((2, 3), 0.5), {"beta1": 0.5, "one_minus_beta1": 0.5, "alpha": 0.25}
    columns = {name: np.full((2, 1), value) for name, value in numbers.items()}
    # v = 0.5 * 0.5 = 0.25, w = 1 - 0.25 * 0.25
    fused(w, g, optimizer.init(w), columns)
    assert w.tolist() == [[0.9375] * 3] * 2
    assert import_attribute("own_declared:one_pass") is declaration_of(optimizer).kernel.loop


@pytest.mark.parametrize(("module", "other"), [("own_adam", "adam"), ("own_none", "nowhere")])
def test_a_case_of_the_users_own_that_cannot_be_is_refused(own, module, other):
    path = own(module, other)
    with pytest.raises(UserCodeError) as raised:
        OPTIMIZERS[path]
    assert str(raised.value) == (
        "must declare in `equals` only optimizers of the project that take nothing but what is left. Received: "
        f"{path}, which with beta1 = 0 is {other}. Correct the case, or leave it out."
    )
