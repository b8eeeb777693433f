"""The `engage` command.

Exit codes: 0 done; 1 it failed; 2 a setting or an argument is wrong; 3 the data folder or a port
is in use by someone else.
"""

from __future__ import annotations

import typer

from engage.cli import backups, serving, upkeep
from engage.cli.prompts import prompts
from engage.cli.sip import sip_commands
from engage.cli.users import users

app = typer.Typer(
    help="Customer engagement on a PBX of its own.",
    epilog="Exit codes: 0 done; 1 failed; 2 wrong setting or argument; 3 folder or port in use.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(serving.app)
app.add_typer(upkeep.app)
app.add_typer(backups.app)
app.add_typer(users, name="user")
app.add_typer(sip_commands, name="sip")
app.add_typer(prompts, name="prompts")


def main() -> None:
    """The command's entry."""
    app(prog_name="engage")
