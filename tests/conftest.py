"""What all tests share: options for long runs and for servers on PostgreSQL."""

from __future__ import annotations

import gc
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.support.examples import SOAK, examples
from tests.support.postgres import (
    Postgres,
    database,
    database_url,
    empty_database_url,
    postgres,
)
from tests.support.quick_passwords import hash_quickly
from tests.support.scheduling import BrowsersBesideOthers
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from xdist.remote import Producer

# Here alone: the fixtures of each conftest are its own, with a PostgreSQL for each.
__all__ = ["database", "database_url", "empty_database_url", "postgres"]

LONGEST_FIRST = (
    "contract/test_rest_contract.py",
    "faxes/test_faxes_to_email.py",
    "survival/test_killed_parts_lose_nothing.py",
    "calls/test_feature_codes.py",
    "voicemail/test_voicemail_by_phone.py",
    "calls/test_paging_groups.py",
    "storage/test_nothing_acknowledged_is_lost.py",
    "livechat/test_livechat_replies.py",
    "queues/test_chairmen.py",
    "calls/test_ring_back.py",
    "faxes/test_faxes_from_outside.py",
    "voicemail/test_mailboxes_of_many.py",
    "queues/test_queue_faults.py",
    "sip/test_event_clients.py",
    "admin/test_admin_looks.py",
    "wave/test_wave_call_features.py",
    "wave/test_wave_calls.py",
    "visitor/test_visitor_calls.py",
    "sign_in/test_second_factors.py",
    "admin/test_admin_calls.py",
    "admin/test_admin_broadcast.py",
    "visitor/test_visitor_files.py",
    "admin/test_admin_live_chat.py",
    "admin/test_admin_directory.py",
    "wave/test_wave_files.py",
    "visitor/test_live_visitors.py",
    "visitor/test_widget_calls.py",
    "wave/test_wave_looks.py",
    "wave/test_wave_desk.py",
)
"""Without a browser, then with one: workers take from the ones or from the others."""

BEGAN = pytest.StashKey[tuple[float, float]]()
EXAMPLES = 30
"""Of a property that says nothing else, with each change."""
LINES_OF_LOG = 80
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "1")
"""numpy's threads wait for each other busily: workers would lose most of theirs."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="also run soaks and million-step runs")
    parser.addoption("--minutes", type=float, default=20, help="how long a storm of --soak lasts")
    parser.addoption("--postgres", action="store_true", help="start every server on PostgreSQL")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault(*ONE_THREAD)
    if config.getoption("--soak"):
        os.environ[SOAK] = "1"  # workers and modules about to be loaded
    hash_quickly()
    # Examples may take their time: the machine that runs them is shared.
    settings.register_profile("shared machine", deadline=None, max_examples=examples(EXAMPLES))
    settings.load_profile("shared machine")


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.stash[BEGAN] = (time.monotonic(), _computed_s())


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Whether a run that took long had to compute or to wait."""
    began, computed = config.stash[BEGAN]
    took_s, computed_s, cores = time.monotonic() - began, _computed_s() - computed, os.cpu_count()
    terminalreporter.write_line(
        f"The machine computed {computed_s:.0f} s in {took_s:.0f} s on {cores} cores."
    )


def _computed_s() -> float:
    """How long its cores have not been idle since it was started; 0 where Linux does not tell."""
    try:
        first = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
    except FileNotFoundError:
        return 0.0
    user, nice, system, _idle, _waiting, *interrupts = map(int, first.split()[1:8])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(
    config: pytest.Config, log: Producer
) -> BrowsersBesideOthers | None:
    """Whole files, with a browser and without one beside each other."""
    return BrowsersBesideOthers(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """The tests stay: to look for circles among them while they load took a third of that time."""
    gc.disable()
    try:
        collected = yield
    finally:
        gc.enable()
    gc.collect()  # a file that was left open while loading is still heard of
    gc.freeze()
    return collected


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--soak"):
        long = [item for item in items if item.get_closest_marker("soak")]
        if long:
            config.hook.pytest_deselected(items=long)
            items[:] = [item for item in items if item not in long]
    items.sort(key=lambda item: _rank(item.path.as_posix()))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a server said stands beside the failure of a test that used it."""
    report = yield
    if report.failed:
        for name, value in getattr(item, "funcargs", {}).items():
            if isinstance(value, Server):
                lines = value.log.splitlines()[-LINES_OF_LOG:]
                report.sections.append((f"the end of the log of {name}", "\n".join(lines)))
    return report


def _rank(path: str) -> int:
    """Where a file stands in the order: a long one at the end would leave the others waiting."""
    for rank, ending in enumerate(LONGEST_FIRST):
        if path.endswith(ending):
            return rank
    return len(LONGEST_FIRST) + ("/unit/" in path)


@pytest.fixture(scope="session", autouse=True)
def _servers_on_postgres(request: pytest.FixtureRequest) -> Iterator[None]:
    if not request.config.getoption("--postgres"):
        yield
        return
    running: Postgres = request.getfixturevalue("postgres")
    Server.new_database = running.make_database
    yield
    Server.new_database = None
