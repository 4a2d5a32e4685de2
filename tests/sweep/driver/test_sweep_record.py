"""The parent run of a search that has begun says how many settings it will have."""

from __future__ import annotations

from sweep import load_config
from sweep.driver.prepare import prepare
from sweep.driver.sweep_record import sweep_record

SWEEP = """
data: {name: iris}
optimizers: {sgd: {learning_rate: {log_uniform: [1.0e-3, 1.0]}}}
search: {method: tpe, trials: 30}
seeds: 2
resources: {executor: inline}
"""


def test_settings_that_are_still_to_come_are_counted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.yaml").write_text(SWEEP)
    preparation = prepare(load_config("x.yaml"))
    record = sweep_record(preparation, 60, frozenset())
    assert len(preparation.plan.arms) == 10
    assert record.tags == {"trials": "60", "arms": "30", "seeds": "2"}
    assert "learning_rate" in record.keys
