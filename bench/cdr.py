"""Records of 100,000 calls: `cdrapi` page after page, and the file of all of them.

    python -m bench.cdr [--calls 100000]

Starts a server of its own and writes the records into its database, each call with two legs. Each
line: milliseconds of the middle and of the slowest of 20 requests, and what the web process takes
of the processor for each and of memory.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import time
import urllib.request
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.cpu import cpu_s
from engage.storage.tables import call_legs, calls
from tests.support.program import Program
from tests.support.server import Server
from tests.support.ucm import UcmClient, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Table

TIMES, PAGE = 20, 1000
BEGIN_MS: Final = 1_780_000_000_000


def fill(path: Path, count: int) -> None:
    """Write the records of so many calls, one every half minute."""
    with sqlite3.connect(path, timeout=60) as database:
        database.executemany(_insert(calls), _calls(count))
        database.executemany(_insert(call_legs), _legs(count))
        database.execute("ANALYZE")
    database.close()


def _insert(table: Table) -> str:
    columns = ", ".join(f'"{each.name}"' for each in table.columns)
    values = ", ".join(f":{each.name}" for each in table.columns)
    return f'INSERT INTO "{table.name}" ({columns}) VALUES ({values})'  # noqa: S608 - our own


def _calls(count: int) -> Iterator[dict[str, Any]]:
    usual = _usual(calls)
    for at in range(count):
        began_ms = BEGIN_MS + at * 30_000
        talk_s = at % 300
        yield {
            **usual,
            "id": f"bench-{at:07d}",
            "number": at * 3 + 1,
            "seq": at,
            "started_at_ms": began_ms,
            "answered_at_ms": began_ms + 5000,
            "ended_at_ms": began_ms + 5000 + talk_s * 1000,
            "duration_s": talk_s + 5,
            "talk_s": talk_s,
            "direction": "internal",
            "disposition": "answered",
            "caller": str(1000 + at % 500),
            "original_caller": str(1000 + at % 500),
            "caller_name": f"Person {at % 500}",
            "callee": str(2000 + at % 700),
            "answered_by": str(2000 + at % 700),
            "action": "dial",
        }


def _legs(count: int) -> Iterator[dict[str, Any]]:
    usual = _usual(call_legs)
    for at in range(count):
        began_ms = BEGIN_MS + at * 30_000
        for position in range(2):
            number = (2000 + at % 700) if position else (1000 + at % 500)
            yield {
                **usual,
                "call": f"bench-{at:07d}",
                "position": position,
                "number": at * 3 + 2 if position else None,
                "role": "called" if position else "caller",
                "party": str(number),
                "extension": str(number),
                "action": "dial",
                "seq": at * 2 + position,
                "started_at_ms": began_ms,
                "answered_at_ms": began_ms + 5000,
                "ended_at_ms": began_ms + 5000 + at % 300 * 1000,
                "disposition": "answered",
            }


def _usual(table: Table) -> dict[str, Any]:
    """Nothing in every column."""
    return {each.name: None if each.nullable else each.type.python_type() for each in table.columns}


def measure(name: str, web: int, one: Callable[[], object]) -> None:
    """Time something, and what it takes of the processor and leaves in memory."""
    taken, before_s = [], cpu_s(web)
    for _ in range(TIMES):
        began = time.perf_counter()
        one()
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    each_ms = (cpu_s(web) - before_s) / TIMES * 1000
    line = f"p50 {taken[TIMES // 2]:7.1f} ms   slowest {taken[-1]:7.1f} ms   {each_ms:5.0f} ms CPU"
    print(f"{name:34} {line}   {rss_mb(web):5.0f} MB", flush=True)


def rss_mb(process: int) -> float:
    """Resident memory of a process."""
    status = Path(f"/proc/{process}/status").read_text()
    [line] = (each for each in status.splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def fetch(client: UcmClient, **asked: Any) -> bytes:
    """One page of `cdrapi`."""
    request = {"action": "cdrapi", "cookie": client.cookie, "numRecords": PAGE, **asked}
    _, _, told = client.raw(json.dumps({"request": request}).encode())
    assert not told.startswith(b'{"response"'), told
    return told


def page_through(client: UcmClient, count: int) -> None:
    """Read all, as programs do: page after page."""
    for offset in range(0, count, PAGE):
        fetch(client, format="json", offset=offset)


def export(url: str, authorization: str, web: int) -> None:
    """Download the file of all calls; what the server takes meanwhile."""
    headers = {"authorization": authorization}
    request = urllib.request.Request(f"{url}/v1/calls?format=csv", headers=headers)
    began, before_s = time.perf_counter(), cpu_s(web)
    lines, size, most_mb = 0, 0, 0.0
    with urllib.request.urlopen(request) as answer:
        while piece := answer.read(1 << 20):
            lines, size = lines + piece.count(b"\n"), size + len(piece)
            most_mb = max(most_mb, rss_mb(web))
    took = f"{time.perf_counter() - began:.1f} s, {cpu_s(web) - before_s:.1f} s CPU"
    told = f"{lines} lines, {size / 1e6:.0f} MB in {took}, web at most {most_mb:.0f} MB"
    print(f"{'CSV file of all':34} {told}")


def main() -> None:
    """Start a server, fill its database, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    count = parser.parse_args().calls
    with Server() as server:
        admin, web = Program(server.url, "admin", "Demo-admin!"), server.pid("web")
        client = signed_in(server, admin)
        fill(server.data / "engage.db", count)
        print(f"{count} calls; the web process takes {rss_mb(web):.0f} MB")
        some_day = time.strftime("%Y-%m-%d", time.gmtime((BEGIN_MS + count * 15_000) / 1000))
        for name, asked in {
            "JSON, first 1,000": {"format": "json"},
            "JSON, middle 1,000": {"format": "json", "offset": count // 2},
            "JSON, last 1,000": {"format": "json", "offset": count - PAGE},
            "CSV, last 1,000": {"format": "csv", "offset": count - PAGE},
            "XML, last 1,000": {"format": "xml", "offset": count - PAGE},
            "from the middle day": {"format": "json", "startTime": some_day},
            "one caller": {"format": "json", "caller": "1042"},
            "callers by range, last of them": {
                "format": "json",
                "caller": "1000-1099",
                "offset": count // 5 - PAGE,
            },
            "callers by pattern": {"format": "json", "caller": "10_2,@99"},
        }.items():
            measure(name, web, partial(fetch, client, **asked))
        began, before_s = time.perf_counter(), cpu_s(web)
        page_through(client, count)
        told = f"{time.perf_counter() - began:.1f} s, {cpu_s(web) - before_s:.1f} s CPU"
        print(f"{'page after page to the end':34} {told}", flush=True)
        listed = partial(admin.get, "/v1/calls?limit=50&q=person&caller=10.")
        measure("page of the administration", web, listed)
        export(server.url, admin.authorization, web)
        print(f"afterwards the web process takes {rss_mb(web):.0f} MB")


if __name__ == "__main__":
    main()
