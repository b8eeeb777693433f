"""What commands print, where they write, and how they fail."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAILED, WRONG, IN_USE = 1, 2, 3


def print_json(value: object) -> None:
    """For programs to read."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def fail(line: str, code: int = FAILED) -> NoReturn:
    """Say why, and end with that code."""
    typer.echo(f"engage: {line}", err=True)
    raise typer.Exit(code)


def note(line: str) -> None:
    """Say what somebody should know, and go on."""
    typer.echo(f"note: {line}", err=True)


def progress_of(what: str) -> Callable[[int], None]:
    """A line that counts on a terminal, a plain line now and then elsewhere; both on stderr."""
    terminal, told_at_s = sys.stderr.isatty(), time.monotonic()

    def tell(count: int) -> None:
        nonlocal told_at_s
        now_s = time.monotonic()
        if now_s - told_at_s < (0.2 if terminal else 10.0):
            return
        told_at_s = now_s
        typer.echo(
            f"\r{count} {what}" if terminal else f"{count} {what} so far", err=True, nl=not terminal
        )

    return tell


@contextmanager
def binary_target(path: str | None) -> Iterator[IO[bytes]]:
    """A file that only its owner reads; standard output without a path, or for `-`."""
    if path in (None, "-"):
        yield sys.stdout.buffer
        return
    target = Path(path)
    target.touch(mode=0o600)
    with target.open("wb") as file:
        yield file
