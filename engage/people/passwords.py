"""Passwords hashed with argon2id in a few threads, away from the event loop."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from engage.errors import Unavailable
from engage.people.model import UNUSABLE

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
MEMORY_KIB, ROUNDS, LANES = 19_456, 2, 1  # OWASP's parameters for argon2id


class Passwords:
    """Hashes and checks passwords.

    At most `workers` run at once and `waiting` wait; more are refused rather than kept in line for
    longer than people stay.
    """

    def __init__(
        self, *, workers: int = 2, waiting: int = 32, hasher: PasswordHasher | None = None
    ) -> None:
        self._hasher = hasher or PasswordHasher(
            time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES
        )
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="argon2")
        self._limit = workers + waiting
        self._open = 0
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        """The password's argon2id hash in PHC form.

        Raises:
            Unavailable: too many wait already.
        """
        return await self._run(lambda: self._hasher.hash(password))

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Compare; without a hash that opens, the same work is done and the answer is no.

        Raises:
            Unavailable: too many wait already.
        """
        return await self._run(lambda: self._verify(password, password_hash))

    def outdated(self, password_hash: str) -> bool:
        """The hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """End the threads once what runs is done."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._open >= self._limit:
            raise Unavailable
        self._open += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._open -= 1

    def _verify(self, password: str, password_hash: str | None) -> bool:
        if password_hash is None or password_hash.startswith(UNUSABLE):
            if self._decoy is None:
                self._decoy = self._hasher.hash(secrets.token_urlsafe())
            self._compare(self._decoy, password)
            return False
        return self._compare(password_hash, password)

    def _compare(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (Argon2Error, InvalidHashError):
            return False
