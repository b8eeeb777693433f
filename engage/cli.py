"""The `engage` command.

Exit codes: 0 done; 1 it failed; 2 a setting or an argument is wrong; 3 the data folder or a port
is in use by someone else.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from engage import settings as start_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engage.processes.control import Command, PeopleCommand
    from engage.settings import Settings

FAILED, WRONG, IN_USE = 1, 2, 3
BEGAN_S = time.clock_gettime(time.CLOCK_BOOTTIME)  # not the process's: `./run` installs in it first

app = typer.Typer(
    help="Customer engagement on a PBX of its own.",
    epilog="Exit codes: 0 done; 1 failed; 2 wrong setting or argument; 3 folder or port in use.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
users = typer.Typer(help="Accounts: administrators, and extensions with their users.")
app.add_typer(users, name="user")
sip_commands = typer.Typer(help="SIP: what phones, trunks and the PBX say to each other.")
app.add_typer(sip_commands, name="sip")
prompts = typer.Typer(help="What the PBX says to callers.")
app.add_typer(prompts, name="prompts")

Text = str | None
Data = Annotated[
    Text, typer.Option("--data", metavar="DIR", help="Everything the server keeps. [./engage-data]")
]
Database = Annotated[
    Text, typer.Option("--database", metavar="URL", help="SQLite in the data folder if not given.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def _option(flag: str, metavar: str, text: str) -> Any:
    return typer.Option(flag, metavar=metavar, help=text)


@app.command()
def serve(
    data: Data = None,
    http: Annotated[
        Text, _option("--http", "HOST:PORT", "Plain HTTP, or off. [127.0.0.1:8088]")
    ] = None,
    https: Annotated[Text, _option("--https", "HOST:PORT", "HTTPS, or off. [0.0.0.0:8089]")] = None,
    sip: Annotated[
        Text, _option("--sip", "HOST:PORT", "SIP over UDP and TCP, or off. [0.0.0.0:5060]")
    ] = None,
    sips: Annotated[
        Text, _option("--sips", "HOST:PORT", "SIP over TLS, or off. [0.0.0.0:5061]")
    ] = None,
    rtp: Annotated[Text, _option("--rtp", "LOW-HIGH", "UDP ports for media. [10000-20000]")] = None,
    public_url: Annotated[
        Text, _option("--public-url", "URL", "What goes into links. [https://HOST-NAME:PORT]")
    ] = None,
    certificate: Annotated[
        Text, _option("--certificate", "FILE", "PEM; one is made if not given.")
    ] = None,
    key: Annotated[Text, _option("--key", "FILE", "The certificate's key, PEM.")] = None,
    trusted_proxies: Annotated[
        Text, _option("--trusted-proxies", "CIDR,…", "Whose forwarded addresses are believed.")
    ] = None,
    database: Database = None,
    redis: Annotated[Text, _option("--redis", "URL", "Needed only for several nodes.")] = None,
    smtp: Annotated[Text, _option("--smtp", "URL", "Where mails are handed over.")] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill an empty database with demonstration data.")
    ] = False,
) -> None:
    """Start the server in the foreground; SIGTERM ends it.

    Each option may stand in the environment (ENGAGE_HTTP …) and in engage.toml in the data folder.
    """
    given = dict(locals())
    given["demo"] = "on" if demo else None
    _become_supervisor(_load(given))


def _become_supervisor(settings: Settings) -> NoReturn:
    """Replace this process: what watches a server for months should not carry a command line."""
    from engage.processes.plan import Plan, dump

    named = {name: getattr(settings, name) for name in start_settings.LISTENERS}
    notices = [f"note: {line}" for line in start_settings.unserved(settings)]
    plan = Plan(
        data=str(settings.data),
        settings=start_settings.text_of(settings),
        listeners={name: (at.host, at.port) for name, at in named.items() if at is not None},
        rtp=(settings.rtp.low, settings.rtp.high),
        began_s=BEGAN_S,
        secret_key=settings.secret_key,
        notices=tuple(notices),
        optional=tuple({"sips"} - settings.given),  # came later than servers that have its port
    )
    passed = os.memfd_create("engage-plan", 0)  # not in the arguments: anyone may read those
    os.write(passed, dump(plan))
    os.lseek(passed, 0, os.SEEK_SET)
    kept = start_settings.PREFIX
    environment = {name: value for name, value in os.environ.items() if not name.startswith(kept)}
    # mallopt(3): threads that hash and sync would each grow a heap of their own.
    environment.setdefault("MALLOC_ARENA_MAX", "2")
    arguments = [sys.executable, "-m", "engage.processes.supervisor", str(passed)]
    os.execve(sys.executable, arguments, environment)  # noqa: S606 - our own interpreter


@app.command()
def doctor(data: Data = None, database: Database = None, as_json: AsJson = False) -> None:
    """Check what the server needs, and say what to do about what is missing."""
    import asyncio

    from engage.doctor import examine

    findings = asyncio.run(examine(_load({"data": data, "database": database})))
    if as_json:
        _print_json([finding.as_dict() for finding in findings])
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

    settings = _load({"data": data, "database": database})
    with _Alone(settings):
        try:
            before = asyncio.run(bring_up(settings.database_url, settings.data / "copies"))
        except EngageError as refused:
            _fail(refusal(refused))
    typer.echo(f"The database is up to date (it had revision {before or 'none'} before).")


@users.command("list")
def list_users(data: Data = None, database: Database = None, as_json: AsJson = False) -> None:
    """Show all accounts."""
    from engage.processes.control import ListUsers

    found = _ask(_load({"data": data, "database": database}), ListUsers())["users"]
    if as_json:
        _print_json(found)
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

    command = AddUser(user, admin, first_name, last_name, email, _password(password_stdin))
    answer = _ask(_load({"data": data, "database": database}), command)
    _show_secrets(
        answer, as_json, ("sip_secret",) if password_stdin else ("password", "sip_secret")
    )


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

    command = SetPassword(user, _password(password_stdin))
    answer = _ask(_load({"data": data, "database": database}), command)
    _show_secrets(answer, as_json, () if password_stdin else ("password",))


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
        _fail(f"there is no kind {kind!r}; there are {', '.join(KINDS)}", WRONG)
    settings = _load({"data": data, "database": database})

    async def work(target: IO[str]) -> int:
        async with Rows.looking(settings.database_url) as rows:
            return await export(rows, KINDS[kind], target, "csv" if as_csv else "jsonl", progress)

    progress = _progress(f"rows of {kind}")
    try:
        if output is None:
            count = asyncio.run(work(sys.stdout))
        else:
            path = Path(output)
            path.touch(mode=0o600)  # it holds what people wrote
            with path.open("w", encoding="utf-8", newline="") as file:
                count = asyncio.run(work(file))
    except EngageError as refused:
        _fail(refusal(refused))
    except OSError as failed:
        _fail(f"{output or 'standard output'}: {failed.strerror}")
    typer.echo(f"{count} rows of {kind}", err=True)


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

    found = _ask(_load({"data": data, "database": database}), SecondFactor(user, reset))
    if as_json:
        _print_json({name: value for name, value in found.items() if name != "ok"})
        return
    typer.echo(f"{user}: authenticator app {'set up' if found['app'] else 'not set up'}")
    typer.echo(f"  passkeys: {', '.join(found['passkeys']) or 'none'}")
    typer.echo(f"  recovery codes left: {found['recovery_codes_left']}")


@sip_commands.command("trace")
def sip_trace(
    call_id: Annotated[str, _option("--call-id", "ID", "Of this call only.")] = "",
    address: Annotated[str, _option("--address", "ADDRESS", "With this peer only.")] = "",
    pcap: Annotated[
        Text, _option("--pcap", "FILE", "Write a capture file for Wireshark; - is standard output.")
    ] = None,
    ladder: Annotated[bool, typer.Option("--ladder", help="Draw who said what to whom.")] = False,
    bodies: Annotated[
        bool, typer.Option("--bodies", help="Show what people write and dial, too.")
    ] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until interrupted.")] = False,
    data: Data = None,
) -> None:
    """Show the last SIP messages of the running server, without passwords and media keys."""
    from engage.processes.lock import holder
    from engage.processes.sip_trace import SipTrace, parts

    settings = _load({"data": data})
    if holder(settings.data) is None:
        _fail("no server runs on this data folder")
    form: Any = "pcap" if pcap else "ladder" if ladder else "text"
    command = SipTrace(call_id, address, form, bodies)
    try:
        with _binary(pcap) as target:
            for part in parts(lambda each: _ask_server(settings, each), command, follow=follow):
                target.write(part)
                target.flush()
    except KeyboardInterrupt:
        pass
    except OSError as failed:
        _fail(f"{pcap or 'standard output'}: {failed.strerror}")


@prompts.command("render")
def render_prompts(
    languages: Annotated[
        list[str], typer.Argument(metavar="LANGUAGE...", help="en, de, es, ar or zh.")
    ],
    into: Annotated[
        Text, _option("--into", "DIR", "A folder for each language in it. [DATA/prompts]")
    ] = None,
    data: Data = None,
) -> None:
    """Make the sound files of a language anew, by espeak-ng."""
    from pbxcore.prompts.catalogue import LANGUAGES
    from pbxcore.prompts.rendering import NoSynthesiser, render

    unknown = [each for each in languages if each not in LANGUAGES]
    if unknown:
        _fail(f"no such language: {', '.join(unknown)}", WRONG)
    folder = Path(into) if into else _load({"data": data}).data / "prompts"
    for each in languages:
        try:
            count = render(LANGUAGES[each], folder / each)
        except NoSynthesiser as missing:
            _fail(str(missing))
        except OSError as failed:
            _fail(f"{failed.filename or folder}: {failed.strerror}")
        typer.echo(f"{each}: {count} prompts in {folder / each}")


@app.command()
def openapi() -> None:
    """Print the description of the REST API (OpenAPI 3.1)."""
    from engage.app import openapi as described

    _print_json(described())


@app.command()
def version(as_json: AsJson = False) -> None:
    """Print the version."""
    try:
        found = installed_version("engage")
    except PackageNotFoundError:  # run from the source folder
        found = "source"
    if as_json:
        _print_json({"engage": found, "python": sys.version.split()[0]})
    else:
        typer.echo(found)


def main() -> None:
    """The command's entry."""
    app(prog_name="engage")


class _Alone:
    """Holds the data folder while a command works on it without a server."""

    def __init__(self, settings: Settings) -> None:
        self._data = settings.data

    def __enter__(self) -> None:
        from engage.processes.lock import DataFolderInUse, DataLock

        try:
            self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = DataLock(self._data)
        except DataFolderInUse as used:
            _fail(f"{used}; stop it first", IN_USE)
        except OSError as failed:
            _fail(f"the data folder cannot be used: {failed}")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _ask(settings: Settings, command: PeopleCommand) -> dict[str, Any]:
    """Have it done by the running server; without one, here."""
    from engage.processes.lock import holder

    if holder(settings.data) is None:
        with _Alone(settings):
            return _do_here(settings, command)
    return _ask_server(settings, command)


def _ask_server(settings: Settings, command: Command) -> dict[str, Any]:
    from engage.processes.control import ask

    try:
        answer = ask(settings.run / "control.sock", command)
    except FileNotFoundError:
        _fail("the data folder is in use by a process that takes no commands (yet)", IN_USE)
    except OSError as failed:
        _fail(f"the running server does not answer: {failed}")
    if not answer["ok"]:
        _fail(str(answer["message"]))
    return answer


def _do_here(settings: Settings, command: PeopleCommand) -> dict[str, Any]:
    import asyncio

    from engage.errors import EngageError
    from engage.events import Events
    from engage.keyring import Keyring
    from engage.people.numbers import NumberRanges
    from engage.people.service import People
    from engage.processes.control import carry_out, refusal
    from engage.storage.database import Database as Rows
    from engage.system.actor import Module
    from engage.system.configuration import Configuration

    async def work() -> dict[str, Any]:
        rows = await Rows.open(settings.database_url, copies=settings.data / "copies")
        keyring, events = Keyring.of(settings.data, settings.secret_key), Events()
        configuration = Configuration(rows, keyring, events)
        configuration.register("numbers", NumberRanges, Module.EXTENSIONS)
        people = People(rows, keyring, events, ranges=lambda: configuration.get(NumberRanges))
        try:
            await configuration.start()
            await people.start()
            return await carry_out(people, command)
        finally:
            await people.stop()
            await configuration.stop()
            await rows.close()

    try:
        return asyncio.run(work())
    except EngageError as refused:
        _fail(refusal(refused))


def _load(options: dict[str, str | None]) -> Settings:
    try:
        return start_settings.load(options)
    except start_settings.SettingsRefused as refused:
        _fail(str(refused), WRONG)


def _password(from_stdin: bool) -> str:
    if not from_stdin:
        return ""
    line = sys.stdin.readline().rstrip("\n")
    if not line:
        _fail("no password on standard input", WRONG)
    return line


def _show_secrets(answer: dict[str, Any], as_json: bool, made_up: tuple[str, ...]) -> None:
    shown = {name: answer[name] for name in made_up if name in answer}
    if as_json:
        _print_json({"user": answer["user"]} | shown)
        return
    typer.echo(f"{answer['user']}: done")
    for name, value in shown.items():
        typer.echo(f"  {name.replace('_', ' ')}: {value}")


def _progress(what: str) -> Callable[[int], None]:
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
def _binary(path: str | None) -> Iterator[IO[bytes]]:
    """A file that only its owner reads; standard output without a path, or for `-`."""
    if path in (None, "-"):
        yield sys.stdout.buffer
        return
    target = Path(path)
    target.touch(mode=0o600)
    with target.open("wb") as file:
        yield file


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _fail(line: str, code: int = FAILED) -> NoReturn:
    typer.echo(f"engage: {line}", err=True)
    raise typer.Exit(code)


if __name__ == "__main__":
    main()
