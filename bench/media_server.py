"""A media worker in a process of its own, with room for many calls.

    python -m bench.media_server --socket PATH

As the product's, but for the supervisor above it; it ends with whoever started it.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engage.processes import unix
from engage.processes.media import Channel
from engage.processes.part import settle
from pbxcore.media_worker import MediaWorker

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST: Final = "127.0.0.1"
PORTS: Final = (43_000, 63_000)


@contextmanager
def media_worker() -> Iterator[Path]:
    """One beside us, on our cores; the socket where it is asked."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "media.sock"
        command = ["setpriv", "--pdeathsig", "KILL", sys.executable, "-m", "bench.media_server"]
        with subprocess.Popen([*command, "--socket", str(path)]) as process:
            try:
                yield path
            finally:
                process.kill()


def serve(path: Path) -> None:
    """Serve until killed."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    worker = MediaWorker(HOST, PORTS)
    listener = unix.listen(path)
    worker.loop.watch(listener.fileno(), lambda: Channel(listener.accept()[0], worker) and None)
    settle()
    worker.loop.run()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", type=Path, required=True)
    serve(parser.parse_args().socket)


if __name__ == "__main__":
    main()
