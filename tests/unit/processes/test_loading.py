"""What a part does not load: it would be memory and time for nothing."""

from __future__ import annotations

import json
import subprocess
import sys

LISTED = "; import json, sys; print(json.dumps(sorted(sys.modules)))"


def loaded(statements: str) -> set[str]:
    """The modules that an interpreter of its own has afterwards."""
    command = [sys.executable, "-c", statements + LISTED]
    return set(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def test_web_works_with_the_database_without_the_mapper() -> None:
    leave = "from engage.processes.start import _leave_the_mapper_out as leave; leave()"
    modules = loaded(f"{leave}; import engage.storage.database, engage.notify.repository")
    assert "sqlalchemy.ext.asyncio.engine" in modules
    assert "sqlalchemy.orm" not in modules


def test_a_media_worker_loads_its_engine_with_the_first_stream() -> None:
    modules = loaded("import engage.processes.media")
    assert not modules & {"OpenSSL", "pylibsrtp", "numpy", "av", "pbxcore.net.media.engine"}
    assert "pbxcore.directory" not in modules  # signalling's, as the commands of it
