"""Passwords that cost next to nothing: to hash one as the product does takes 25 ms on purpose.

What is hashed, kept and compared is the same; a process that begins by itself, as with `--soak`,
hashes at the product's cost, and takes over what was hashed here as it does after an update.
"""

from __future__ import annotations

import os

from engage.people import passwords
from tests.support.examples import SOAK


def hash_quickly() -> None:
    """From now on in this process."""
    if SOAK not in os.environ:
        passwords.MEMORY_KIB, passwords.ROUNDS = 8, 1
