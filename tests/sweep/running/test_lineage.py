"""The lineage is read from the event log, and forgets what a trial undid by beginning again before it."""

from __future__ import annotations

from sweep.planning.packing import PlannedPack
from sweep.records import Arm, Exploit, Trial
from sweep.running.commands import FormPack, TakeOver
from sweep.running.events import PacksPlanned
from sweep.running.lineage import Lineage
from sweep.running.log_records import records_of

ONE, TWO = (Trial(name, Arm(name, "", {"rate": rate}), 0) for name, rate in (("a", 1.0), ("b", 2.0)))


def pack(*trials, age=0):
    return PlannedPack(trials, (), None, 9, 1.0, resumed_epoch=age)


def exploit(at, before, after):
    return Exploit(trial_id="a", donor="b", at=at, before={"rate": before}, setting={"rate": after})


def recorded(*steps):
    """The records of commands, and of plans, in order."""
    records = []
    for number, step in enumerate(steps):
        event, commands = (step, []) if isinstance(step, PacksPlanned) else (None, [step])
        records += records_of(event, commands, start="s", first_pack=number, seconds=1.0)
    return records


BEGUN = PacksPlanned((pack(ONE), pack(TWO)))
FIRST, SECOND = exploit(2, 1.0, 2.4), exploit(4, 2.4, 3.0)
STEPS = (
    BEGUN,
    TakeOver(FIRST, ONE, TWO, 2),
    FormPack(2, pack(ONE, TWO, age=2)),
    TakeOver(SECOND, ONE, TWO, 4),
    FormPack(3, pack(ONE, TWO, age=4)),
)


def test_exploits_and_ages_are_read_in_order():
    found = Lineage.of(recorded(*STEPS))
    assert found.exploits_of("a") == [FIRST, SECOND]
    assert found.exploits_of("b") == []
    assert (found.age_of("a"), found.age_of("b"), found.age_of("c")) == (4, 4, 0)
    assert found.setting_of(ONE) == {"rate": 3.0}
    assert found.setting_of(TWO) == {"rate": 2.0}


def test_a_trial_that_took_over_is_as_old_as_that_state_before_it_is_trained():
    assert Lineage.of(recorded(*STEPS[:4])).age_of("a") == 4
    assert Lineage.of(recorded(*STEPS[:4])).age_of("b") == 2


def test_a_trial_that_begins_again_before_an_exploit_forgets_it():
    again = Lineage.of(recorded(*STEPS, PacksPlanned((pack(ONE, age=2),))))
    assert again.exploits_of("a") == [FIRST]
    assert again.setting_of(ONE) == {"rate": 2.4}
    anew = Lineage.of(recorded(*STEPS, BEGUN))
    assert anew.exploits_of("a") == []
    assert anew.setting_of(ONE) == {"rate": 1.0}
