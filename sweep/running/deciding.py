"""Turns the decisions of a scheduler into commands."""

from __future__ import annotations

from sweep.running.commands import AnswerPack, Command, EndTrials, StopPack, TakeOver
from sweep.running.decisions import Decisions
from sweep.running.events import ReportReceived
from sweep.running.pack_queue import PackQueue
from trainers.loop import Ended


def decide(event: ReportReceived, packs: PackQueue, decisions: Decisions) -> list[Command]:
    """Let the scheduler see a report, and answer a pack that waits.

    Args:
        event: the report.
        packs: all packs, of which this one is still trained.
        decisions: the scheduler's.

    Returns:
        Commands; a `StopPack` if no trial of the pack is left.
    """
    pack, report = packs[event.pack], event.report
    here = report.waiting
    waiting = [trial for trial in here if trial in pack.left]
    verdicts = decisions.take(report, pack.planned.trials, waiting)
    if not report.waits:
        return []
    stop = tuple(trial for trial, verdict in verdicts.items() if verdict == "prune")
    pause = tuple(trial for trial, verdict in verdicts.items() if verdict == "pause")
    commands: list[Command] = []
    if stop:
        ids = {trial: pack.planned.trials[trial].id for trial in stop}
        ended = tuple(
            pruned(decisions, trial_id, decisions.rung_of(trial_id), trial) for trial, trial_id in ids.items()
        )
        commands.append(EndTrials(event.pack, ended, decisions.tags))
        pack.left.difference_update(stop)
    pause = pause or packs.merge(event.pack)
    packs.paused.forget(pack.ids(sorted(pack.left.difference(pause))))
    if not pack.left:
        return [*commands, StopPack(event.worker, event.pack, event.attempt)]
    # A trial that was stopped after the worker began to wait is gone too.
    gone = tuple(trial for trial in here if trial not in pack.left)
    return [*commands, AnswerPack(event.worker, event.pack, event.attempt, report.number, gone, pause)]


def settle(packs: PackQueue, decisions: Decisions) -> list[Command]:
    """Carry out what a scheduler has decided on paused trials, and on those that have not begun."""
    settled = decisions.settle()
    packs.paused.resume(settled.resumed)
    packs.paused.exploit(settled.exploits)
    commands: list[Command] = [*packs.paused.take_over()]
    given_up = [*settled.given_up]
    for exploit in packs.paused.drop_exploits(packs.is_left):
        # The trial goes on from its own state, if it has one.
        decisions.undo(exploit)
        given_up += [exploit.trial_id] if exploit.trial_id in decisions.diverged else []
    for exploit in (one.exploit for one in commands if isinstance(one, TakeOver)):
        decisions.diverged.pop(exploit.trial_id, None)
    for trial_id in given_up:
        if (how := decisions.diverged.pop(trial_id, None)) is not None:
            commands += packs.end_trial(trial_id, how, decisions.population_tags)
    for one in settled.pruned:
        if decisions.has_waited(one.trial_id) and packs.is_left(one.trial_id):
            # It still writes its checkpoint, or is trained again up to its rung as its worker was lost.
            packs.doomed[one.trial_id] = one.rung
        else:
            commands += packs.end_trial(one.trial_id, pruned(decisions, one.trial_id, one.rung), decisions.tags)
    for trial_id in [trial_id for trial_id in packs.doomed if trial_id in packs.paused]:
        rung = packs.doomed.pop(trial_id)
        commands += packs.end_trial(trial_id, pruned(decisions, trial_id, rung), decisions.tags)
    return commands


def pruned(decisions: Decisions, trial_id: str, rung: float, trial: int = 0) -> Ended:
    """Return how a trial has ended that a scheduler has pruned at a rung; ``trial`` is its index in its pack."""
    return Ended(trial, "PRUNED", 0, rung=rung, value=decisions.value_of(trial_id))
