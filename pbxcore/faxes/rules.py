"""How faxes are received, as administrators set it: values that cross a process."""

from __future__ import annotations

import msgspec


class FaxTerms(msgspec.Struct, frozen=True):
    """What we tell other machines of ours.

    `ident` is the number that they show; pages are repeated where they are spoilt with
    `error_correction` (T.30 Annex A); `fastest` is 4800, 9600 or 14400 bit/s. `packets`: machines
    may send by datagrams (T.38).
    """

    ident: str = ""
    error_correction: bool = True
    fastest: int = 14400
    packets: bool = True
