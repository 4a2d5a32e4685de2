"""An optimizer or a schedule is its file and a line of a registry; plan, report, docs and schema follow from it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
REGISTRIES = {"optimizers": ("__init__.py", '    "lion",\n'), "schedules": ("rules.py", '    "reduce_on_plateau",\n')}

CAUTIOUS = '''
"""Cautious: gradient descent along an average that skips what a mask share leaves out."""

from trainers.optimizers.base import BETA1, LEARNING_RATE, Hyperparameter, array_module
from trainers.optimizers.declaration import Declaration, EqualCase, Rows


class Cautious:
    """Cautious, an optimizer that stands nowhere but here."""

    declaration = Declaration(
        name="cautious",
        title="Cautious descent",
        hyperparameters=(
            LEARNING_RATE,
            BETA1,
            Hyperparameter("caution", "share of the step that is left out", 0.5, 0.0, 1.0, aliases=("carefulness",)),
        ),
        equals=(EqualCase({"caution": 0.0}, "momentum"),),
        imitates={"momentum": "with caution = 0 it is momentum"},
        aliases=("careful",),
        misplaced={"nesterov": "It never looks ahead; nesterov does."},
        rows=Rows(step="`w = w - alpha (1 - caution) v`", torch="none", keras="none", optax="`cautious`"),
    )
    name = declaration.name
    hyperparameters = declaration.hyperparameters

    def init(self, parameters):
        return {"velocity": parameters * 0}

    def coefficients(self, hyperparameters, learning_rate, step):
        beta1, caution = hyperparameters["beta1"], hyperparameters["caution"]
        alpha = learning_rate * (1.0 - caution)
        return {"beta1": beta1, "one_minus_beta1": 1.0 - beta1, "alpha": alpha}

    def update(self, parameters, gradients, state, coefficients, work):
        xp = array_module(parameters)
        v = state["velocity"]
        xp.multiply(gradients, coefficients["one_minus_beta1"], out=work)
        v *= coefficients["beta1"]
        v += work
        xp.multiply(v, coefficients["alpha"], out=work)
        parameters -= work


OPTIMIZER = Cautious()
'''


def added(folder: Path, kind: str, name: str, text: str) -> Path:
    """A copy of the trainers in a folder, with one file more and one line more in the registry."""
    package = shutil.copytree(ROOT / "trainers", folder / "trainers", ignore=shutil.ignore_patterns("__pycache__"))
    (package / kind / f"{name}.py").write_text(text, encoding="utf-8")
    registry, last = package / kind / REGISTRIES[kind][0], REGISTRIES[kind][1]
    before = registry.read_text(encoding="utf-8")
    assert before.count(last) == 1
    registry.write_text(before.replace(last, f'{last}    "{name}",\n'), encoding="utf-8")
    return folder


def python(folder: Path, arguments: Sequence[str]) -> str:
    """What Python prints with the trainers of a folder in the place of the project's."""
    paths = os.pathsep.join((str(folder), str(ROOT), str(ROOT / "docs" / "site")))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def asked(folder: Path, code: str) -> Any:
    """What the code finds: the JSON that it prints."""
    lines = python(folder, ["-c", textwrap.dedent(code)]).splitlines()
    return json.loads(lines[-1])


def code_blocks(page: str) -> list[str]:
    """The Python of a page of the docs."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def cautious(tmp_path_factory):
    """The trainers with an optimizer that is defined in this file alone."""
    return added(tmp_path_factory.mktemp("cautious"), "optimizers", "cautious", CAUTIOUS)


def test_the_plan_merges_by_the_declaration_and_on_to_what_the_other_equals(cautious):
    found = asked(
        cautious,
        """
        import json, sweep
        from sweep.config import SweepConfig
        own = {"learning_rate": 0.1, "beta1": [0.0, 0.9], "caution": [0.0, 0.5]}
        optimizers = {"sgd": {"learning_rate": 0.1}, "momentum": {"learning_rate": 0.1}, "cautious": own}
        content = {"data": {"name": "iris"}, "optimizers": optimizers, "seeds": 1}
        plan = sweep.plan(SweepConfig.model_validate(content))
        print(json.dumps({
            "settings": [dict(arm.setting) for arm in plan.arms],
            "merged": {merge.reason: merge.count for merge in plan.merged},
        }))
        """,
    )
    assert [one["optimizer"] for one in found["settings"]] == ["sgd", "momentum", "cautious", "cautious"]
    assert [one.get("caution") for one in found["settings"]] == [None, None, 0.5, 0.5]
    assert found["merged"] == {
        "cautious with caution = 0 is momentum": 1,
        "cautious with caution = 0 is momentum, and momentum with beta1 = 0 is sgd": 1,
    }


def test_it_trains_in_a_pack_compiled_or_not_though_it_has_no_kernel(cautious):
    found = asked(
        cautious,
        """
        import json
        from trainers import DataSource, NetworkSpec, Pack, TrialSpec, load, train
        specs = [("cautious", {"caution": 0.5, "learning_rate": 0.2}), ("momentum", {"learning_rate": 0.1})]
        trials = tuple(TrialSpec(name, numbers) for name, numbers in specs)
        pack = Pack(load(DataSource("iris")), trials, NetworkSpec((4,)), 32, 3, "float64")
        print(json.dumps([list(train(pack, compiled=way))[-1].values["val_loss"].tolist() for way in (False, True)]))
        """,
    )
    # Half the steps of twice the rate, with powers of two, which round nothing.
    assert found[0] == found[1]
    assert found[0][0] == found[0][1]


def test_messages_know_its_names_and_keys(cautious):
    found = asked(
        cautious,
        """
        import json, pathlib
        from sweep.config import load_config
        from sweep.errors import ConfigError
        said = []
        for keys in ("{careful: {learning_rate: 1}}", "{cautious: {carefulness: 1}}", "{cautious: {nesterov: 1}}",
                     "{cautious: {learning_rate: 1, caution: 2}}", "{sgd: {learning_rate: 1, caution: 1}}"):
            pathlib.Path("s.yaml").write_text(f"data: {{name: iris}}\\noptimizers: {keys}\\n")
            try:
                load_config("s.yaml")
            except ConfigError as error:
                said.append(str(error))
        print(json.dumps(said))
        """,
    )
    assert "Did you mean `cautious`?" in found[0]
    assert "Did you mean `optimizers.cautious.caution`?" in found[1]
    assert "is not a hyperparameter of cautious. It never looks ahead; nesterov does." in found[2]
    assert "`optimizers.cautious.caution` must lie in [0, 1]. Received: 2" in found[3]
    assert "`optimizers.sgd.caution` is not a hyperparameter of sgd, which takes learning_rate." in found[4]


def test_the_schema_offers_it_with_its_hyperparameters(cautious):
    found = asked(
        cautious,
        """
        import json
        from sweep.config import json_schema
        print(json.dumps(json_schema()["$defs"]))
        """,
    )
    assert "cautious" in found["Optimizers"]["properties"]
    described = found["CautiousSpace"]["properties"]["caution"]["description"]
    assert described == "Share of the step that is left out, in [0, 1]. Default: 0.5."
    assert found["SharedSpace"]["properties"]["caution"]["description"].endswith("For cautious.")
    assert "cautious" in found["SharedSpace"]["properties"]["optimizer"]["anyOf"][0]["enum"]


def test_the_report_spells_it_and_warns_where_it_is_worse_than_its_special_case(cautious):
    found = asked(
        cautious,
        """
        import json
        import numpy as np, pandas as pd
        from sweep.analysis.health_design import under_tuned
        from sweep.analysis.comparison_data import make_study
        rows = [
            {"arm_id": name, "arm": name, "optimizer": name, "seed": seed, "status": "COMPLETED",
             "final_val_loss": loss + 0.01 * (seed % 3), "best_val_loss": loss, "epochs_done": 3}
            for name, loss in (("cautious", 0.9), ("momentum", 0.1)) for seed in range(6)
        ]
        epochs = pd.DataFrame({"arm_id": [], "seed": [], "epoch": [], "val_loss": []})
        made = make_study(pd.DataFrame(rows), epochs, "val_loss", "min", np.random.default_rng(0))
        print(json.dumps([[card.sentence, card.advice] for card in under_tuned(made)]))
        """,
    )
    ((sentence, advice),) = found
    assert sentence.startswith("Cautious descent is under-tuned: worse than momentum by 0.8")
    assert sentence.endswith("though with caution = 0 it is momentum.")
    assert advice.startswith("Give Cautious descent a wider range")


def test_every_mlflow_run_has_its_hyperparameter_as_a_column(cautious):
    found = asked(
        cautious,
        """
        import json
        from sweep.tracking.trial_runs import hyperparameters
        print(json.dumps(hyperparameters({"optimizer": "cautious", "learning_rate": 0.1, "caution": 0.5})))
        """,
    )
    assert (found["optimizer"], found["caution"], found["epsilon"]) == ("cautious", "0.5", "-")


def test_the_tables_of_the_docs_have_it(cautious):
    page = asked(
        cautious,
        """
        import json, tables
        print(json.dumps(tables.filled(tables.PAGE.read_text(encoding="utf-8"))))
        """,
    )
    assert "| `cautious` | `w = w - alpha (1 - caution) v` | `beta1=0.9`, `caution=0.5` | |" in page
    assert "| `cautious` | none | none | `cautious` | not in it |" in page
    assert "| `cautious` | `caution = 0` | `momentum` |" in page
    assert "| `cautious` | `momentum` | with caution = 0 it is momentum |" in page


def test_the_page_on_adding_an_optimizer_shows_one_that_works(tmp_path):
    file, test, kernel = code_blocks("add-an-optimizer.md")
    plain = added(tmp_path / "plain", "optimizers", "adamax", file)
    folder = plain / "tests"
    folder.mkdir()
    shutil.copy(ROOT / "tests" / "trainers" / "optimizers" / "conftest.py", folder)
    (folder / "test_adamax.py").write_text(test, encoding="utf-8")
    assert "2 passed" in python(plain, ["-m", "pytest", "-q", "--import-mode=importlib", "-W", "error", str(folder)])

    loop = kernel.partition("\n\n\n")[2]
    fused = file.replace("import Declaration, Rows\n", f"import Declaration, Kernel, Rows\n\n\n{loop}")
    fused = fused.replace(
        "from collections.abc import Mapping\n", "from collections.abc import Mapping\n\nimport numpy as np\n"
    )
    fused = fused.replace("        rows=Rows(", "        kernel=KERNEL,\n        rows=Rows(")
    folder = added(tmp_path / "fused", "optimizers", "adamax", fused) / "tests"
    folder.mkdir()
    shutil.copy(ROOT / "tests" / "trainers" / "compiled" / "test_updates.py", folder)
    only = ["-k", "test_an_update_is_the_plain_one and adamax"]
    # Of float32 and float64.
    assert "2 passed" in python(folder.parent, ["-m", "pytest", "-q", "--import-mode=importlib", str(folder), *only])


def test_the_page_on_adding_a_schedule_shows_one_that_works(tmp_path):
    file, test = code_blocks("add-a-schedule.md")
    folder = added(tmp_path, "schedules", "polynomial", file)
    tests = folder / "tests"
    tests.mkdir()
    shutil.copy(ROOT / "tests" / "trainers" / "schedules" / "conftest.py", tests)
    (tests / "test_polynomial.py").write_text(test, encoding="utf-8")
    assert "3 passed" in python(folder, ["-m", "pytest", "-q", "--import-mode=importlib", "-W", "error", str(tests)])
    found = asked(
        folder,
        """
        import json, sweep, tables
        from sweep.config import SweepConfig, json_schema
        optimizers = {"sgd": {"learning_rate": 0.1}}
        decay = [{"kind": "polynomial", "rate": [0.0, 2.0]}, "constant", "polynomial"]
        content = {"data": {"name": "iris"}, "optimizers": optimizers, "space": {"decay": decay}, "seeds": 1}
        plan = sweep.plan(SweepConfig.model_validate(content))
        print(json.dumps({
            "rates": [arm.setting.get("decay_rate") for arm in plan.arms],
            "merged": {merge.reason: merge.count for merge in plan.merged},
            "help": json_schema()["$defs"]["Decay"]["properties"]["kind"]["description"],
            "rate": json_schema()["$defs"]["Decay"]["properties"]["rate"]["description"],
            "page": tables.filled(tables.PAGE.read_text(encoding="utf-8")),
        }))
        """,
    )
    assert found["rates"] == [None, 2.0, 1.0]
    assert found["merged"] == {"polynomial decay with a rate of 0 is constant": 1}
    assert found["help"].endswith("or polynomial (down to 0 along the power `rate`).")
    assert "factor, final multiplier, share that rises, or power." in found["rate"]
    assert found["rate"].endswith("0.1 for reduce_on_plateau and 1 for polynomial.")
    assert "| `polynomial` | `(1 - finished / T)^rate` | `rate`, `by` | `1.0` | `epoch` |" in found["page"]


def test_the_tables_of_the_page_are_those_of_the_declarations():
    code = """
        import json, tables
        page = tables.PAGE.read_text(encoding="utf-8")
        print(json.dumps([page, tables.filled(page), page.count("<!-- table: "), len(tables.TABLES)]))
        """
    page, made, marks, known = asked(ROOT, code)
    assert marks == known
    assert page == made, "run `python docs/site/tables.py`"
