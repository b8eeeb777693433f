"""`engage prompts`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engage.cli.options import Data, Text, load, option
from engage.cli.output import WRONG, fail

prompts = typer.Typer(help="What the PBX says to callers.")


@prompts.command("render")
def render_prompts(
    languages: Annotated[
        list[str], typer.Argument(metavar="LANGUAGE...", help="en, de, es, ar or zh.")
    ],
    into: Annotated[
        Text, option("--into", "DIR", "A folder for each language in it. [DATA/prompts]")
    ] = None,
    data: Data = None,
) -> None:
    """Make the sound files of a language anew, by espeak-ng."""
    from pbxcore.prompts.catalogue import LANGUAGES
    from pbxcore.prompts.rendering import NoSynthesiser, render

    unknown = [each for each in languages if each not in LANGUAGES]
    if unknown:
        fail(f"no such language: {', '.join(unknown)}", WRONG)
    folder = Path(into) if into else load({"data": data}).data / "prompts"
    for each in languages:
        try:
            count = render(LANGUAGES[each], folder / each)
        except NoSynthesiser as missing:
            fail(str(missing))
        except OSError as failed:
            fail(f"{failed.filename or folder}: {failed.strerror}")
        typer.echo(f"{each}: {count} prompts in {folder / each}")
