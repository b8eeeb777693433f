"""Having something done by the server that runs on the data folder, or here when none does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.cli.output import IN_USE, fail

if TYPE_CHECKING:
    from engage.processes.control import Command, PeopleCommand
    from engage.settings import Settings


class Alone:
    """Holds the data folder while a command works on it without a server."""

    def __init__(self, settings: Settings, *, restores: bool = False) -> None:
        self._data, self._restores = settings.data, restores

    def __enter__(self) -> None:
        from engage.processes.lock import DataFolderInUse, DataLock

        try:
            self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = DataLock(self._data, restores=self._restores)
        except DataFolderInUse as used:
            fail(f"{used}; stop it first", IN_USE)
        except OSError as failed:
            fail(f"the data folder cannot be used: {failed}")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def ask(settings: Settings, command: PeopleCommand) -> dict[str, Any]:
    """Have it done by the running server; without one, here."""
    from engage.processes.lock import holder

    if holder(settings.data) is None:
        with Alone(settings):
            return do_here(settings, command)
    return ask_server(settings, command)


def ask_server(settings: Settings, command: Command) -> dict[str, Any]:
    from engage.processes.control import ask

    try:
        answer = ask(settings.run / "control.sock", command)
    except FileNotFoundError:
        fail("the data folder is in use by a process that takes no commands (yet)", IN_USE)
    except OSError as failed:
        fail(f"the running server does not answer: {failed}")
    if not answer["ok"]:
        fail(str(answer["message"]))
    return answer


def do_here(settings: Settings, command: PeopleCommand) -> dict[str, Any]:
    import asyncio

    from engage.processes.start import prepare

    prepare("web")  # what follows is the web part's work
    from engage.app.numbers_in_use import read_numbers
    from engage.errors import EngageError
    from engage.events import Events
    from engage.keyring import Keyring
    from engage.people.numbers import NumberRanges
    from engage.people.service import People
    from engage.pms.mini_bar import SECTION, MiniBarSettings
    from engage.processes.control import carry_out, refusal
    from engage.storage.database import Database as Rows
    from engage.system.actor import Module
    from engage.system.configuration import Configuration

    async def work() -> dict[str, Any]:
        rows = await Rows.open(settings.database_url, copies=settings.data / "copies")
        keyring, events = Keyring.of(settings.data, settings.secret_key), Events()
        configuration = Configuration(rows, keyring, events)
        configuration.register("numbers", NumberRanges, Module.EXTENSIONS)
        configuration.register(SECTION, MiniBarSettings, Module.PMS)
        people = People(rows, keyring, events, ranges=lambda: configuration.get(NumberRanges))
        try:
            await configuration.start()
            await people.start()
            await read_numbers(
                people.number_book, rows, events, lambda: configuration.get(MiniBarSettings)
            )
            return await carry_out(people, command)
        finally:
            await people.stop()
            await configuration.stop()
            await rows.close()

    try:
        return asyncio.run(work())
    except EngageError as refused:
        fail(refusal(refused))
