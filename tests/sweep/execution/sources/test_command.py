"""A command of any language is a trial: what it is given, what it reports, and how it ends."""

from __future__ import annotations

import json
import sys
import time

import pytest

SCRIPT = """
    report() { echo "$1" >> "$SWEEP_REPORT_FILE"; }
    case "$1" in
      good) report '{"epoch": 1, "val_loss": 0.5}'; echo "seed $SWEEP_SEED"; report '{"val_loss": 0.25, "step": 9}' ;;
      nothing) : ;;
      code) report '{"val_loss": 0.5}'; echo "no such data set" >&2; exit 7 ;;
      signal) kill -TERM $$ ;;
      half) printf '{"val_loss": 0.5}\\n{"val_lo' >> "$SWEEP_REPORT_FILE" ;;
      half_and_code) printf '{"val_lo' >> "$SWEEP_REPORT_FILE"; exit 3 ;;
      no_break) printf '{"val_loss": 0.5}' >> "$SWEEP_REPORT_FILE" ;;
      list) report '[1, 2]' ;;
      number) report 0.5 ;;
      text) report '{"val_loss": "0.5"}' ;;
      nested) report '{"val_loss": {"a": 1}}' ;;
      deep) head -c 200000 /dev/zero | tr '\\0' '[' >> "$SWEEP_REPORT_FILE"; report "" ;;
      huge) report '{"val_loss": 1'$(head -c 400 /dev/zero | tr '\\0' '0')'}' ;;
      bytes) printf '\\377\\376{\\n' >> "$SWEEP_REPORT_FILE" ;;
      falling) report '{"epoch": 2, "val_loss": 1}'; report '{"epoch": 2, "val_loss": 1}' ;;
      empty_lines) report ""; report '{"val_loss": 0.5}'; report "  " ;;
      nan) report '{"val_loss": 0.5}'; report '{"val_loss": NaN, "step": 12}'; sleep 1000 ;;
      slowly) printf '{"val_l' >> "$SWEEP_REPORT_FILE"; sleep 0.1; printf 'oss": 0.5}\\n' >> "$SWEEP_REPORT_FILE" ;;
      background) report '{"val_loss": 0.5}'; sleep 1000 & echo $! > pids ;;
      hangs) echo $$ > pids; sleep 1000 ;;
      stubborn) trap '' TERM; sleep 1000 & echo $$ $! > pids; while :; do sleep 0.05; done ;;
      polite) trap 'echo tidied; exit 0' TERM; echo $$ > pids; while :; do sleep 0.05; done ;;
    esac
"""


@pytest.fixture(scope="module")
def own(workshop):
    return workshop.command("sh", "train.sh", "{case}", script=SCRIPT, epochs=2, grace=0.3)


def test_a_command_that_reports_is_completed_and_its_output_kept(own):
    trained = own.train(seed=7, case="good")
    assert (trained.status, trained.epochs) == ("COMPLETED", [1, 2])
    assert (trained.values("val_loss"), trained.values("steps")) == ([0.5, 0.25], [1, 9])
    assert own.output() == "seed 7\n"


@pytest.mark.parametrize("case", ["no_break", "empty_lines", "slowly"])
def test_a_line_may_come_in_parts_or_without_its_break_and_empty_ones_mean_nothing(own, case):
    trained = own.train(case=case)
    assert (trained.status, trained.values("val_loss")) == ("COMPLETED", [0.5])


OBJECT = "each line of SWEEP_REPORT_FILE must be a JSON object. Received: "
FAILURES = {
    "nothing": "the training must report a metric or more. Received: no report.",
    "code": "the command ended with exit code 7; it printed last: no such data set",
    "signal": "the command was ended by SIGTERM",
    "half": OBJECT + '{"val_lo. Write each report at once',
    "half_and_code": "the command ended with exit code 3",
    "list": OBJECT + "list. Write such as",
    "number": OBJECT + "float. Write such as",
    "text": "the metric `val_loss` must be a number. Received: str, '0.5'.",
    "nested": "the metric `val_loss` must be a number. Received: dict, {'a': 1}.",
    "deep": OBJECT + "[[[",
    "huge": "the metric `val_loss` must be a number. Received: int, 1000",
    "bytes": OBJECT,
    "falling": "`epoch` must rise from report to report, and was 2. Received: 2.",
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_command_fails_with_its_reason_and_the_process_goes_on(own, case):
    own.train(case="good")
    pid = own.pid
    trained = own.train(case=case)
    assert trained.status == "FAILED"
    assert trained.error.startswith(FAILURES[case])
    assert own.pid == pid


def test_a_divergence_ends_the_command(own):
    begin = time.monotonic()
    trained = own.train(case="nan")
    assert (trained.status, trained.end.step, trained.end.last_finite_loss) == ("DIVERGED", 12, 0.5)
    assert time.monotonic() - begin < 3


def test_what_a_command_leaves_running_ends_with_it(own, survivors):
    assert own.train(case="background").status == "COMPLETED"
    assert survivors(own.pids("pids")) == []


@pytest.mark.parametrize("case", ["hangs", "stubborn", "polite"])
def test_a_command_that_is_stopped_is_ended_with_its_children(own, survivors, case):
    (own.folder / "pids").unlink(missing_ok=True)
    reports = own.begin(case=case)
    next(reports)
    pids = own.pids("pids")
    begin = time.monotonic()
    reports.close()
    assert (time.monotonic() - begin < 0.3) == (case != "stubborn"), "SIGTERM, and after the grace period SIGKILL"
    assert survivors(pids, 0.5) == []
    assert own.output().endswith("tidied\n" if case == "polite" else "")
    assert own.train(case="good").status == "COMPLETED"


def test_a_command_without_a_report_for_too_long_is_ended(workshop, survivors):
    own = workshop.command("sh", "train.sh", "{case}", script=SCRIPT, timeout=0.6)
    trained = own.train(case="hangs")
    assert (trained.status, trained.error) == ("FAILED", "no report for 0.6 seconds (`trainer.timeout`)")
    assert survivors(own.pids("pids")) == []


def test_a_target_ends_the_command(workshop, survivors):
    script = (
        'echo $$ > pids; for n in 5 4 3 2 1; do echo "{\\"val_loss\\": $n}" >> "$SWEEP_REPORT_FILE"; done; sleep 1000'
    )
    own = workshop.command(script=script, stop_at=3.0, grace=0.2)
    trained = own.train()
    assert (trained.status, trained.values("val_loss")) == ("STOPPED", [5, 4, 3])
    assert survivors(own.pids("pids")) == []


@pytest.mark.parametrize(
    ("program", "reason"),
    [("no-such-program-anywhere", "No such file or directory"), ("./train.sh", "Permission denied")],
)
def test_a_program_that_cannot_be_started_is_one_sentence(workshop, program, reason):
    trained = workshop.command(program).train()
    assert trained.status == "FAILED"
    assert trained.error == f"`trainer.command` must be a program that can be started ({reason}). Received: {program}."


def test_a_value_that_no_argument_can_hold_is_one_sentence(own):
    trained = own.train(case="a\0b")
    assert trained.status == "FAILED"
    assert trained.error.startswith("`trainer.command` must be a program that can be started (embedded null byte).")


ENVIRONMENT = """
import json, os, sys
given = json.loads(os.environ["SWEEP_SETTING"])
assert given == json.load(open(os.environ["SWEEP_SETTING_FILE"]))
found = {name: os.environ.get(name) for name in ("SWEEP_SEED", "SWEEP_DEVICE", "SWEEP_TOKEN", "OMP_NUM_THREADS")}
print(json.dumps([given, found, sys.argv[1:], os.getcwd(), os.listdir(os.environ["SWEEP_FOLDER"])]))
open(os.path.join(os.environ["SWEEP_FOLDER"], "kept"), "w").close()
with open(os.environ["SWEEP_REPORT_FILE"], "a") as stream:
    stream.write('{"val_loss": 0.5}\\n')
"""


def test_a_command_is_given_its_trial_as_variables_and_placeholders(workshop, monkeypatch):
    monkeypatch.setenv("SWEEP_TOKEN", "secret")
    names = ["{text}", "--n={n}{seed}", "{hidden}", "{folder}", "{device}", "{{literal}}"]
    own = workshop.command(sys.executable, "-c", ENVIRONMENT.replace("{", "{{").replace("}", "}}"), *names)
    setting = {"text": "a b; $(touch pwned) '\"{seed}*", "n": 1e-5, "hidden": [64, None], "flag": True}
    assert own.train(seed=3, **setting).status == "COMPLETED"
    given, found, arguments, folder, files = json.loads(own.output())
    assert given == setting
    assert found == {"SWEEP_SEED": "3", "SWEEP_DEVICE": "cpu", "SWEEP_TOKEN": None, "OMP_NUM_THREADS": "1"}
    trial = own.folder / "out" / "trials" / "t0" / "files"
    assert arguments == [setting["text"], "--n=1e-053", "[64, null]", str(trial), "cpu", "{literal}"]
    assert (folder, files) == (str(own.folder), [])
    assert (trial / "kept").exists()
    assert not list(own.folder.rglob("pwned"))
