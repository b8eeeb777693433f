"""`engage user`: accounts."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from engage.cli.options import AsJson, Data, Database, load
from engage.cli.output import WRONG, fail, print_json
from engage.cli.server import ask

users = typer.Typer(help="Accounts: administrators, and extensions with their users.")


@users.command("list")
def list_users(data: Data = None, database: Database = None, as_json: AsJson = False) -> None:
    """Show all accounts."""
    from engage.processes.control import ListUsers

    found = ask(load({"data": data, "database": database}), ListUsers())["users"]
    if as_json:
        print_json(found)
        return
    for each in found:
        state = "" if each["enabled"] else "  (disabled)"
        typer.echo(f"{each['user']:20} {each['role']:6} {each['name']}{state}")


@users.command("add")
def add_user(
    user: Annotated[str, typer.Argument(help="An extension's number, or an administrator's name.")],
    admin: Annotated[bool, typer.Option("--admin", help="An administrator.")] = False,
    first_name: Annotated[str, typer.Option("--first-name")] = "",
    last_name: Annotated[str, typer.Option("--last-name")] = "",
    email: Annotated[str, typer.Option("--email")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password; else one is made up.")
    ] = False,
    data: Data = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Add an administrator, or an extension with its user; what is made up is shown once."""
    from engage.processes.control import AddUser

    command = AddUser(user, admin, first_name, last_name, email, read_password(password_stdin))
    answer = ask(load({"data": data, "database": database}), command)
    show_secrets(answer, as_json, ("sip_secret",) if password_stdin else ("password", "sip_secret"))


@users.command("password")
def set_password(
    user: Annotated[str, typer.Argument(help="The user name.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password; else one is made up.")
    ] = False,
    data: Data = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Give an account a new password; its sessions end."""
    from engage.processes.control import SetPassword

    command = SetPassword(user, read_password(password_stdin))
    answer = ask(load({"data": data, "database": database}), command)
    show_secrets(answer, as_json, () if password_stdin else ("password",))


@users.command("second-factor")
def second_factor(
    user: Annotated[str, typer.Argument(help="The user name.")],
    reset: Annotated[
        bool, typer.Option("--reset", help="Remove them all: the password alone signs in again.")
    ] = False,
    data: Data = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show which second factors an account has, or remove those that were lost."""
    from engage.processes.control import SecondFactor

    found = ask(load({"data": data, "database": database}), SecondFactor(user, reset))
    if as_json:
        print_json({name: value for name, value in found.items() if name != "ok"})
        return
    typer.echo(f"{user}: authenticator app {'set up' if found['app'] else 'not set up'}")
    typer.echo(f"  passkeys: {', '.join(found['passkeys']) or 'none'}")
    typer.echo(f"  recovery codes left: {found['recovery_codes_left']}")


def read_password(from_stdin: bool) -> str:
    if not from_stdin:
        return ""
    line = sys.stdin.readline().rstrip("\n")
    if not line:
        fail("no password on standard input", WRONG)
    return line


def show_secrets(answer: dict[str, Any], as_json: bool, made_up: tuple[str, ...]) -> None:
    shown = {name: answer[name] for name in made_up if name in answer}
    if as_json:
        print_json({"user": answer["user"]} | shown)
        return
    typer.echo(f"{answer['user']}: done")
    for name, value in shown.items():
        typer.echo(f"  {name.replace('_', ' ')}: {value}")
