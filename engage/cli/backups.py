"""`engage backup FILE` and `engage restore FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engage.cli.options import Data, Database, load
from engage.cli.output import fail, note, progress_of
from engage.cli.server import Alone

if TYPE_CHECKING:
    from collections.abc import Callable

app = typer.Typer()
File = Annotated[str, typer.Argument(metavar="FILE", help="A tar archive; packed as *.tar.gz.")]


@app.command()
def backup(file: File, data: Data = None, database: Database = None) -> None:
    """Write the database and whatever else the server keeps to one file; it may run meanwhile.

    The file holds the keys of the installation, too: keep it as you keep those.
    """
    from engage.backup import write_backup

    settings, path = load({"data": data, "database": database}), Path(file).absolute()
    count = _work(file, lambda: write_backup(settings, path, progress_of("files"), note))
    typer.echo(f"{count} files, {path.stat().st_size / 1e6:.1f} MB: {file}")


@app.command()
def restore(file: File, data: Data = None, database: Database = None) -> None:
    """Bring a backup back into an empty data folder, before the server is started."""
    from engage.backup import restore_backup

    settings, path = load({"data": data, "database": database}), Path(file).absolute()
    if not path.is_file():
        fail(f"{file}: there is no such file")
    with Alone(settings, restores=True):
        count = _work(file, lambda: restore_backup(settings, path, progress_of("files")))
    typer.echo(f"{count} files are back in {settings.data}: the server may be started.")


def _work(file: str, work: Callable[[], int]) -> int:
    from engage.storage.copies import BackupRefused

    try:
        return work()
    except BackupRefused as refused:
        fail(str(refused))
    except OSError as failed:
        fail(f"{failed.filename or file}: {failed.strerror or failed}")
