"""The part of spandsp that receives faxes: T.30 in sound, or over T.38's packets.

It is there where libspandsp 0.0.6 is installed (Debian: libspandsp2); later versions call back
otherwise and have another soname. What it takes and gives is blocking, and belongs in a thread.
"""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_void_p
from enum import IntFlag
from functools import cache
from typing import TYPE_CHECKING, Final

from pbxcore.faxes.library import SONAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.faxes.rules import FaxTerms


OK: Final = 0
"""The completion code of a fax that is whole."""
_LONGEST_IDENT: Final = 20  # T.30 §5.3.6.2.4


class Modems(IntFlag):
    """What pages may be sent by."""

    V27TER = 1
    V29 = 2
    V17 = 4


class Compressions(IntFlag):
    """How pages may be encoded (ITU-T T.4 and T.6)."""

    T4_1D = 2
    T4_2D = 4
    T6 = 8


_MODEMS_BELOW: Final = {14400: Modems.V27TER | Modems.V29 | Modems.V17,
                        9600: Modems.V27TER | Modems.V29, 4800: Modems.V27TER}  # fmt: skip

_PAGE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
_END = CFUNCTYPE(None, c_void_p, c_void_p, c_int)
_PACKET = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_int)


class _Statistics(Structure):
    """`t30_stats_t`; what comes after these is not read, and has room."""

    _fields_ = (
        ("bit_rate", c_int),
        ("error_correcting_mode", c_int),
        ("pages_sent", c_int),
        ("pages_received", c_int),
        ("pages_in_file", c_int),
        ("across", c_int),
        ("down", c_int),
        ("width", c_int),
        ("lines", c_int),
        ("rest", c_int * 55),
    )


class Library:
    """The functions, with their types."""

    def __init__(self, library: ctypes.CDLL) -> None:
        def function(name: str, result: type | None, *arguments: type) -> Callable[..., int]:
            found = library[name]
            found.restype, found.argtypes = result, arguments
            return found

        state = c_void_p
        self.fax_init = function("fax_init", state, state, c_int)
        self.fax_rx = function("fax_rx", c_int, state, c_char_p, c_int)
        self.fax_rx_fillin = function("fax_rx_fillin", c_int, state, c_int)
        self.fax_tx = function("fax_tx", c_int, state, c_char_p, c_int)
        self.fax_set_transmit_on_idle = function("fax_set_transmit_on_idle", None, state, c_int)
        self.fax_get_t30_state = function("fax_get_t30_state", state, state)
        self.fax_free = function("fax_free", c_int, state)
        self.t38_terminal_init = function(
            "t38_terminal_init", state, state, c_int, _PACKET, c_void_p
        )
        self.t38_terminal_send_timeout = function("t38_terminal_send_timeout", c_int, state, c_int)
        self.t38_terminal_get_t30_state = function("t38_terminal_get_t30_state", state, state)
        self.t38_terminal_get_t38_core_state = function(
            "t38_terminal_get_t38_core_state", state, state
        )
        self.t38_terminal_free = function("t38_terminal_free", c_int, state)
        self.t38_core_rx_ifp_packet = function(
            "t38_core_rx_ifp_packet", c_int, state, c_char_p, c_int, ctypes.c_uint16
        )
        self.t30_set_rx_file = function("t30_set_rx_file", None, state, c_char_p, c_int)
        self.t30_set_tx_ident = function("t30_set_tx_ident", c_int, state, c_char_p)
        self.t30_get_rx_ident = function("t30_get_rx_ident", c_char_p, state)
        self.t30_set_ecm_capability = function("t30_set_ecm_capability", c_int, state, c_int)
        self.t30_set_supported_modems = function("t30_set_supported_modems", c_int, state, c_int)
        self.t30_set_supported_compressions = function(
            "t30_set_supported_compressions", c_int, state, c_int
        )
        self.t30_set_phase_d_handler = function(
            "t30_set_phase_d_handler", None, state, _PAGE, c_void_p
        )
        self.t30_set_phase_e_handler = function(
            "t30_set_phase_e_handler", None, state, _END, c_void_p
        )
        self.t30_get_transfer_statistics = function(
            "t30_get_transfer_statistics", None, state, POINTER(_Statistics)
        )
        self.t30_terminate = function("t30_terminate", None, state)
        self._reason = function("t30_completion_code_to_str", c_char_p, c_int)

    def reason(self, completion: int) -> str:
        """What a completion code means, in English."""
        found: object = self._reason(completion)
        return found.decode("ascii", "replace") if isinstance(found, bytes) else ""


@cache
def library() -> Library | None:
    """The library, where it is installed and complete."""
    try:
        return Library(ctypes.CDLL(SONAME))
    except (OSError, AttributeError):
        return None


class Reception:
    """One fax by T.30, to a TIFF file; what carries it feeds it.

    Args:
        functions: the library.
        t30: spandsp's state of the fax.
        path: where the TIFF file is written.
        terms: what we tell the other machine of ours.
        on_page: called for each page, once it is written and before it is acknowledged.

    Attributes:
        completion: spandsp's code once it is over, None before.
    """

    def __init__(
        self, functions: Library, t30: int, path: str, terms: FaxTerms, on_page: Callable[[], None]
    ) -> None:
        self._functions, self._t30 = functions, t30
        self.completion: int | None = None

        def paged(_state: int, _user: int, _message: int) -> int:
            on_page()
            return OK

        def ended(_state: int, _user: int, completion: int) -> None:
            self.completion = completion

        self._handlers = _PAGE(paged), _END(ended)  # held as long as they may be called
        functions.t30_set_phase_d_handler(t30, self._handlers[0], None)
        functions.t30_set_phase_e_handler(t30, self._handlers[1], None)
        functions.t30_set_rx_file(t30, path.encode(), -1)
        ident = terms.ident.encode("ascii", "ignore")[:_LONGEST_IDENT]
        functions.t30_set_tx_ident(t30, ident)
        functions.t30_set_ecm_capability(t30, int(terms.error_correction))
        functions.t30_set_supported_modems(t30, _MODEMS_BELOW[terms.fastest])
        functions.t30_set_supported_compressions(
            t30, Compressions.T4_1D | Compressions.T4_2D | Compressions.T6
        )

    @property
    def pages(self) -> int:
        """How many are in the file."""
        return int(self._statistics().pages_received)

    @property
    def lines(self) -> int:
        """How many of the page that comes are there, in memory."""
        return int(self._statistics().lines)

    @property
    def bit_rate(self) -> int:
        """The rate that pages come at."""
        return int(self._statistics().bit_rate)

    @property
    def sender(self) -> str:
        """The number that the other machine gives as its own."""
        found: object = self._functions.t30_get_rx_ident(self._t30)
        return found.decode("ascii", "replace").strip() if isinstance(found, bytes) else ""

    def terminate(self) -> None:
        """The line is gone: what has come is all there will be."""
        self._functions.t30_terminate(self._t30)

    def _statistics(self) -> _Statistics:
        statistics = _Statistics()
        self._functions.t30_get_transfer_statistics(self._t30, byref(statistics))
        return statistics


class SoundFax:
    """A fax machine that answers in sound: 16 bit, 8000 samples a second."""

    def __init__(
        self, functions: Library, path: str, terms: FaxTerms, on_page: Callable[[], None]
    ) -> None:
        self._functions = functions
        self._state = functions.fax_init(None, 0)
        functions.fax_set_transmit_on_idle(self._state, 1)
        t30 = functions.fax_get_t30_state(self._state)
        self.reception = Reception(functions, t30, path, terms, on_page)

    def hear(self, samples: bytes) -> None:
        """What the other machine says."""
        self._functions.fax_rx(self._state, samples, len(samples) // 2)

    def miss(self, count: int) -> None:
        """So many samples were lost; time passes all the same."""
        self._functions.fax_rx_fillin(self._state, count)

    def say(self, count: int) -> bytes:
        """The next samples for the other machine."""
        samples = ctypes.create_string_buffer(2 * count)
        self._functions.fax_tx(self._state, samples, count)
        return samples.raw

    def close(self) -> None:
        """Free it, and close its file."""
        self._functions.fax_free(self._state)


class PacketFax:
    """A fax machine that answers over T.38's packets; `send` takes each, and how often it goes."""

    def __init__(
        self,
        functions: Library,
        path: str,
        terms: FaxTerms,
        on_page: Callable[[], None],
        send: Callable[[bytes, int], None],
    ) -> None:
        self._functions = functions

        def sent(_core: int, _user: int, data: int, size: int, times: int) -> int:
            send(ctypes.string_at(data, size), times)
            return OK

        self._handler = _PACKET(sent)
        self._state = functions.t38_terminal_init(None, 0, self._handler, None)
        self._core = functions.t38_terminal_get_t38_core_state(self._state)
        t30 = functions.t38_terminal_get_t30_state(self._state)
        self.reception = Reception(functions, t30, path, terms, on_page)

    def take(self, number: int, packet: bytes) -> None:
        """A packet of the other machine, the number of whose datagram this is."""
        self._functions.t38_core_rx_ifp_packet(self._core, packet, len(packet), number)

    def pass_time(self, samples: int) -> None:
        """So many eighths of a millisecond are over; what is due is sent."""
        self._functions.t38_terminal_send_timeout(self._state, samples)

    def close(self) -> None:
        """Free it, and close its file."""
        self._functions.t38_terminal_free(self._state)
