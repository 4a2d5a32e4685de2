"""Commands for continuous integration: check a sweep's gates, and manage the baseline they compare with."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.app import File, Overrides, app
from sweep.errors import BaselineError, ResultsError
from sweep.system.invocation import command

if TYPE_CHECKING:
    from sweep.gates.decision import Check

NoCache = Annotated[bool, typer.Option("--no-cache", help="Train everything, also what the same code has trained.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]

baseline = typer.Typer(name="baseline", help="Save, show or update what a check compares with.", no_args_is_help=True)
app.add_typer(baseline)


@app.command()
def check(
    file: File,
    overrides: Overrides = None,
    strict: Annotated[bool, typer.Option("--strict", help="Too noisy to tell ends with 1.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.", show_default=False)] = None,
    summary: Annotated[
        Path | None,
        typer.Option(help="Write a Markdown summary here; default: $GITHUB_STEP_SUMMARY.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    no_cache: NoCache = False,
    max_minutes: Annotated[
        float | None, typer.Option(help="Stop training after so long, and end with 3.", min=0.0, show_default=False)
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Run the sweep of FILE and decide its gates: 0 all hold, 1 one fails, 2 misuse, 3 too noisy to tell."""
    from sweep.config import load_config
    from sweep.driver.check import check as run_check
    from sweep.gates.formats import as_mapping, github_annotations, parts
    from sweep.terminal.progress import make_progress

    found = run_check(
        load_config(file, overrides or ()),
        file,
        progress=make_progress(quiet=quiet or as_json),
        use_cache=not no_cache,
        max_minutes=max_minutes,
    )
    _write(found, junit, summary, strict)
    if as_json:
        typer.echo(json.dumps(as_mapping(found, strict), indent=2))
    else:
        from rich.console import Console

        from sweep.results.text_layout import print_blank_line, print_sentence

        console = Console(highlight=False, markup=False, emoji=False)
        for place, lines in enumerate(parts(found)):
            if place:
                print_blank_line(console)
            for line in lines:
                print_sentence(console, line)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in github_annotations(found, strict):
            # GitHub reads commands from both streams; with --json, the standard output must stay valid JSON.
            typer.echo(line, err=as_json)
    raise typer.Exit(found.exit_code(strict))


def _write(found: Check, junit: Path | None, summary: Path | None, strict: bool) -> None:
    from sweep.gates.formats import markdown
    from sweep.gates.junit import junit as as_junit

    if junit is not None:
        _put(junit, as_junit(found, strict))
    if summary is not None:
        _put(summary, markdown(found))
    elif step := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(step).open("a", encoding="utf-8") as stream:
            stream.write(markdown(found))


def _put(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ResultsError(
            f"the output of a check must be writable. Received: {path} ({error.strerror}). Choose another file."
        ) from error


@baseline.command()
def save(file: File, overrides: Overrides = None, no_cache: NoCache = False, quiet: Quiet = False) -> None:
    """Run the sweep of FILE and write its baseline, where there is none yet."""
    from sweep.config import load_config
    from sweep.driver.check import baseline_path

    path = baseline_path(load_config(file, overrides or ()), file)
    if path.exists():
        raise BaselineError(
            f"`baseline` must not exist yet. Received: {path}. Use `{command('baseline', 'update', str(file))}`."
        )
    _make(file, overrides, no_cache, quiet)


@baseline.command()
def update(file: File, overrides: Overrides = None, no_cache: NoCache = False, quiet: Quiet = False) -> None:
    """Run the sweep of FILE, write its baseline anew and print what has changed."""
    _make(file, overrides, no_cache, quiet)


@baseline.command()
def show(file: File, overrides: Overrides = None) -> None:
    """Print the baseline of the sweep of FILE: each arm with its mean over seeds."""
    from sweep.config import load_config
    from sweep.driver.check import baseline_folders, baseline_path
    from sweep.gates.baseline_file import read_baseline
    from sweep.gates.baseline_table import table

    config = load_config(file, overrides or ())
    for line in table(read_baseline(baseline_path(config, file), baseline_folders(config, file))):
        typer.echo(line)


def _make(file: Path, overrides: list[str] | None, no_cache: bool, quiet: bool) -> None:
    from sweep.config import load_config
    from sweep.driver.check import baseline_path, make_baseline
    from sweep.gates.baseline_file import read_baseline, render
    from sweep.gates.baseline_table import changes
    from sweep.terminal.progress import make_progress

    config = load_config(file, overrides or ())
    path = baseline_path(config, file)
    made = make_baseline(config, progress=make_progress(quiet=quiet), use_cache=not no_cache)
    before = None
    if path.exists():
        try:
            before = read_baseline(path)
        except BaselineError as error:
            typer.echo(f"{error}", err=True)
    _put(path, render(made))
    for line in changes(before, made):
        typer.echo(line)
    typer.echo(f"baseline   {path}")
