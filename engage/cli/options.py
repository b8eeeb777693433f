"""Options that several commands have, and the settings that come of them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from engage import settings as start_settings
from engage.cli.output import WRONG, fail

Text = str | None
Data = Annotated[
    Text, typer.Option("--data", metavar="DIR", help="Everything the server keeps. [./engage-data]")
]
Database = Annotated[
    Text, typer.Option("--database", metavar="URL", help="SQLite in the data folder if not given.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def option(flag: str, metavar: str, text: str) -> Any:
    """An option with a value."""
    return typer.Option(flag, metavar=metavar, help=text)


def load(options: dict[str, str | None]) -> start_settings.Settings:
    """The settings of the options given, of the environment and of the file; or the end."""
    try:
        return start_settings.load(options)
    except start_settings.SettingsRefused as refused:
        fail(str(refused), WRONG)
