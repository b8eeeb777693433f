"""Commands for who installs and looks after a server."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import IO, Annotated

import typer

from engage.cli.options import AsJson, Data, Database, Text, load
from engage.cli.output import FAILED, WRONG, fail, print_json, progress_of
from engage.cli.server import Alone

app = typer.Typer()


@app.command()
def doctor(data: Data = None, database: Database = None, as_json: AsJson = False) -> None:
    """Check what the server needs, and say what to do about what is missing."""
    import asyncio

    from engage.doctor import examine

    findings = asyncio.run(examine(load({"data": data, "database": database})))
    if as_json:
        print_json([finding.as_dict() for finding in findings])
    else:
        for finding in findings:
            typer.echo(f"{'ok  ' if finding.well else 'FAIL'} {finding.what}: {finding.seen}")
            if not finding.well:
                typer.echo(f"     → {finding.remedy}")
    if not all(finding.well for finding in findings):
        raise typer.Exit(FAILED)


@app.command()
def migrate(data: Data = None, database: Database = None) -> None:
    """Bring the database to this release's schema; a copy of an SQLite file is kept before."""
    import asyncio

    from engage.errors import EngageError
    from engage.processes.control import refusal
    from engage.storage.migrate import migrate as bring_up

    settings = load({"data": data, "database": database})
    with Alone(settings):
        try:
            before = asyncio.run(bring_up(settings.database_url, settings.data / "copies"))
        except EngageError as refused:
            fail(refusal(refused))
    typer.echo(f"The database is up to date (it had revision {before or 'none'} before).")


@app.command("export")
def export_rows(
    kind: Annotated[
        str, typer.Argument(help="What: extensions, events … “engage export --help” lists them.")
    ],
    output: Annotated[
        Text,
        typer.Option("--output", metavar="FILE", help="Where to; standard output if not given."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV; else a JSON object a line.")] = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Write everything of one kind, without secrets; works beside a running server.

    Kinds: accounts, extensions, extension-groups, extension-group-members, queues, queue-agents,
    livechats, visitors, inquiries, conversations, events, broadcasts, deliveries, operations.
    """
    import asyncio

    from engage.errors import EngageError
    from engage.export import KINDS, export
    from engage.processes.control import refusal
    from engage.storage.database import Database as Rows

    if kind not in KINDS:
        fail(f"there is no kind {kind!r}; there are {', '.join(KINDS)}", WRONG)
    settings = load({"data": data, "database": database})

    async def work(target: IO[str]) -> int:
        async with Rows.looking(settings.database_url) as rows:
            return await export(rows, KINDS[kind], target, "csv" if as_csv else "jsonl", progress)

    progress = progress_of(f"rows of {kind}")
    try:
        if output is None:
            count = asyncio.run(work(sys.stdout))
        else:
            path = Path(output)
            path.touch(mode=0o600)  # it holds what people wrote
            with path.open("w", encoding="utf-8", newline="") as file:
                count = asyncio.run(work(file))
    except EngageError as refused:
        fail(refusal(refused))
    except OSError as failed:
        fail(f"{output or 'standard output'}: {failed.strerror}")
    typer.echo(f"{count} rows of {kind}", err=True)


@app.command()
def openapi() -> None:
    """Print the description of the REST API (OpenAPI 3.1)."""
    from engage.app.application import openapi as described

    print_json(described())


@app.command()
def version(as_json: AsJson = False) -> None:
    """Print the version."""
    try:
        found = installed_version("engage")
    except PackageNotFoundError:  # run from the source folder
        found = "source"
    if as_json:
        print_json({"engage": found, "python": sys.version.split()[0]})
    else:
        typer.echo(found)
