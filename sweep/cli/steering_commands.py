"""Commands that change a sweep while it runs, or let one that has ended go on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.app import Name, Root, app
from sweep.cli.run_commands import run_config

if TYPE_CHECKING:
    from sweep.config import SweepConfig


@app.command()
def pause(name: Name, root: Root = Path("results")) -> None:
    """Pause a running sweep: its trials write checkpoints and wait, and its process goes on."""
    from sweep.driver.control import pause as ask

    typer.echo(ask(name, root))


@app.command()
def resume(name: Name, root: Root = Path("results")) -> None:
    """Let a paused sweep go on; one that was stopped is run again as it was."""
    from sweep.driver.control import resume as ask

    _run_or_say(ask(name, root))


@app.command()
def extend(
    name: Name,
    trials: Annotated[str, typer.Option(help="More settings of each level, such as +50, or how many in all.")],
    root: Root = Path("results"),
) -> None:
    """Let the search of a sweep try more settings, while it runs or after it has ended."""
    from sweep.driver.control import extend as ask

    _run_or_say(ask(name, root, trials))


@app.command(name="set")
def set_value(
    name: Name,
    assignment: Annotated[
        str, typer.Argument(metavar="KEY=VALUE", help="resources.workers, or a key of `limits`.", show_default=False)
    ],
    root: Root = Path("results"),
) -> None:
    """Change the workers or a limit of a running sweep."""
    from sweep.driver.control import set_value as ask

    typer.echo(ask(name, root, assignment))


def _run_or_say(answer: SweepConfig | str) -> None:
    if isinstance(answer, str):
        typer.echo(answer)
    else:
        run_config(answer)
