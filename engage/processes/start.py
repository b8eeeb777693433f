"""`python -m engage.processes.start PART DESCRIPTOR` begins a part before any of it is loaded."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from types import ModuleType

UNUSED = ("aiohttp", "requests", "websocket")
"""What the clients in python-socketio load where it is installed: 0.14 s and 12 MB for nothing."""


def main(part: str, descriptor: int) -> None:
    """Become the part whose leash is the given descriptor."""
    prepare(part)
    import_module(f"engage.processes.{part}").main(descriptor)


def prepare(part: str) -> None:
    """Let the part's modules load without what it does not need."""
    gc.disable()  # what is loaded stays; until the part has settled, looking for circles is waste
    for name in UNUSED:
        sys.modules[name] = None  # type: ignore[assignment]  # how the import system says: not found
    if part == "web":
        build_forms_when_used()
        _leave_the_mapper_out()


def build_forms_when_used() -> None:
    """A form takes up to 3 ms when it is first used; all at the start took 0.2 s and 8 MB."""
    from pydantic import BaseModel

    BaseModel.model_config["defer_build"] = True


def _leave_the_mapper_out() -> None:
    """We write statements; the mapper that comes with SQLAlchemy's asyncio takes 6 MB and 0.1 s."""
    for name in ("session", "scoping"):
        module = ModuleType(f"sqlalchemy.ext.asyncio.{name}")
        module.__getattr__ = _stand_in  # type: ignore[method-assign]  # a module's own (PEP 562)
        sys.modules[module.__name__] = module


def _stand_in(name: str) -> type[object]:
    """Any class of the mapper; what every module has of itself (`__file__`), this one has not."""
    if name.startswith("__"):
        raise AttributeError(name)
    return object


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
