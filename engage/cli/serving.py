"""`engage serve`."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from engage import settings as start_settings
from engage.cli.options import Data, Database, Text, load, option

if TYPE_CHECKING:
    from engage.settings import Settings

BEGAN_S = time.clock_gettime(time.CLOCK_BOOTTIME)  # not the process's: `./run` installs in it first

app = typer.Typer()


@app.command()
def serve(
    data: Data = None,
    http: Annotated[
        Text, option("--http", "HOST:PORT", "Plain HTTP, or off. [127.0.0.1:8088]")
    ] = None,
    https: Annotated[Text, option("--https", "HOST:PORT", "HTTPS, or off. [0.0.0.0:8089]")] = None,
    sip: Annotated[
        Text, option("--sip", "HOST:PORT", "SIP over UDP and TCP, or off. [0.0.0.0:5060]")
    ] = None,
    sips: Annotated[
        Text, option("--sips", "HOST:PORT", "SIP over TLS, or off. [0.0.0.0:5061]")
    ] = None,
    rtp: Annotated[Text, option("--rtp", "LOW-HIGH", "UDP ports for media. [10000-20000]")] = None,
    public_url: Annotated[
        Text, option("--public-url", "URL", "What goes into links. [https://HOST-NAME:PORT]")
    ] = None,
    certificate: Annotated[
        Text, option("--certificate", "FILE", "PEM; one is made if not given.")
    ] = None,
    key: Annotated[Text, option("--key", "FILE", "The certificate's key, PEM.")] = None,
    trusted_proxies: Annotated[
        Text, option("--trusted-proxies", "CIDR,…", "Whose forwarded addresses are believed.")
    ] = None,
    webhook_networks: Annotated[
        Text,
        option("--webhook-networks", "CIDR,…", "Private networks that webhooks may be posted to."),
    ] = None,
    metrics_networks: Annotated[
        Text,
        option(
            "--metrics-networks",
            "CIDR,…",
            "Who reads /metrics without signing in. [who is not on the Internet]",
        ),
    ] = None,
    database: Database = None,
    redis: Annotated[
        Text, option("--redis", "URL", "Not used: this version runs as one node.")
    ] = None,
    smtp: Annotated[Text, option("--smtp", "URL", "Where mails are handed over.")] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill an empty database with demonstration data.")
    ] = False,
) -> None:
    """Start the server in the foreground; SIGTERM ends it.

    Each option may stand in the environment (ENGAGE_HTTP …) and in engage.toml in the data folder.
    """
    given = dict(locals())
    given["demo"] = "on" if demo else None
    _become_supervisor(load(given))


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
