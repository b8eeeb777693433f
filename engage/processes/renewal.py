"""Certificates that change while the server runs: looked at every two seconds, read again."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, TypeVar

from engage.certificate import CertificateRefused

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

LOOK_S = 2.0
Chosen = TypeVar("Chosen")


async def keep_current(
    used: Chosen, choose: Callable[[], Chosen], use: Callable[[Chosen], None]
) -> None:
    """Use what there is now whenever it differs; a bad one leaves the present in use."""
    while True:
        await asyncio.sleep(LOOK_S)
        try:
            found = choose()
            if found == used:
                continue
            used = found
            use(found)
            log.info("certificate read again")
        except (OSError, CertificateRefused) as refused:
            log.warning("certificate not read", extra={"reason": str(refused)})
