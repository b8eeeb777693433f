"""How strong single frequencies are (Goertzel's filter), and the keys and fax tones among them.

The filters of a bank run over a block as one product of matrices: the same sums, without a loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec
import numpy as np

from pbxcore.media.samples import PEAK
from pbxcore.media.tones import CED_HZ, CNG_HZ, KEYS, V21_MARK_HZ, V21_SPACE_HZ

if TYPE_CHECKING:
    from pbxcore.media.samples import Samples, Wave

_PAIRS: Final = sorted(set(KEYS.values()))
_ROWS: Final = tuple(sorted({row for row, _ in _PAIRS}))
_COLUMNS: Final = tuple(sorted({column for _, column in _PAIRS}))
_KEY_OF: Final = {pair: key for key, pair in KEYS.items()}

_KEY_BLOCK_S: Final = 0.01275
"""Two whole blocks fit into the shortest key that must be known, 40 ms; not into 23 ms (Q.24)."""
_FAINTEST: Final = 10 ** (-36 / 10) / 2
"""Of a full-scale square wave's power, a tone below which is none: Q.24 asks for -29 dBm."""
_TWIST: Final = 10 ** (9 / 10)
"""How much one of the two may be stronger: Q.24 asks for 4 dB one way and 8 dB the other."""
_ABOVE_OTHERS: Final = 10 ** (8 / 10)
"""How far the strongest of four stands out: speech spreads."""
_PURITY: Final = 0.75
"""The share of a block's power that a key's tones have: a voice has overtones besides."""
_FAX_PURITY: Final = 0.55
"""So much of a tone 38 Hz off is still in a filter as wide as a block of 10 ms makes it (T.30)."""


class Bank:
    """Filters for some frequencies in Hz, over blocks of `size` samples."""

    def __init__(self, frequencies: tuple[float, ...], rate: int, size: int) -> None:
        self.size = size
        turns = np.outer(np.arange(size), np.array(frequencies)) * (2 * np.pi / rate)
        both = np.hstack((np.cos(turns), np.sin(turns))) * (np.sqrt(2) / size)
        self._filters: Wave = both.astype(np.float32)
        self._count = len(frequencies)

    def powers(self, block: Wave) -> Wave:
        """The mean power of each frequency in one block, in squares of the block's unit.

        Many blocks, each a row, give as many rows.
        """
        found = np.square(block @ self._filters)
        powers: Wave = found[..., : self._count] + found[..., self._count :]
        return powers


def share(samples: Samples, frequency: float, rate: int) -> float:
    """How much of a sound's power one frequency has: 1 for a pure tone, near 0 for others."""
    wave = samples.astype(np.float32)
    total = float(np.dot(wave, wave)) / max(len(wave), 1)
    if total < 1:
        return 0.0
    return float(Bank((frequency,), rate, len(wave)).powers(wave)[0]) / total


class _Blocks:
    """Cuts what comes in pieces of any length into blocks of one length."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rest: Wave = np.zeros(0, np.float32)

    def cut(self, samples: Samples) -> Wave:
        """The blocks that are whole now, each a row."""
        wave: Wave = np.concatenate((self._rest, samples.astype(np.float32) / np.float32(PEAK)))
        whole = len(wave) - len(wave) % self._size
        self._rest = wave[whole:]
        return wave[:whole].reshape(-1, self._size)


class Key(msgspec.Struct, frozen=True):
    """A key that was pressed, told when it is let go."""

    digit: str
    duration_ms: int


class KeyDetector:
    """Hears keys in band: two blocks alike make a key, two others end it (ITU-T Q.24)."""

    def __init__(self, rate: int) -> None:
        size = round(rate * _KEY_BLOCK_S)
        self._blocks = _Blocks(size)
        self._bank = Bank(_ROWS + _COLUMNS, rate, size)
        self._block_ms = 1000 * size / rate
        self._before = ""
        self._key = ""
        self._lasted = 0
        self._missed = 0

    def hear(self, samples: Samples) -> list[Key]:
        """Go on listening; returns the keys that ended."""
        heard = self._heard(self._blocks.cut(samples))
        if not (self._key or self._before or any(heard)):
            return []
        return [key for each in heard if (key := self._step(each))]

    @property
    def pressed(self) -> str:
        """The key that sounds now, "" for none."""
        return self._key

    @property
    def alert(self) -> bool:
        """Whether a key sounds, or may be beginning to: its end is to be told at once."""
        return bool(self._key or self._before)

    def _step(self, heard: str) -> Key | None:
        steady, self._before = heard == self._before, heard
        if heard and heard == self._key:
            self._lasted, self._missed = self._lasted + 1 + self._missed, 0
            return None
        if self._key:
            self._missed += 1  # one block may be spoilt: Q.24 asks to bridge 10 ms
            if self._missed < 2:
                return None
        ended = Key(self._key, round(self._lasted * self._block_ms)) if self._key else None
        self._key, self._lasted, self._missed = (heard, 2, 0) if heard and steady else ("", 0, 0)
        return ended

    def _heard(self, blocks: Wave) -> list[str]:
        """The key in each block. Nearly all have none, which is found for all of them at once."""
        totals = np.einsum("ij,ij->i", blocks, blocks) / blocks.shape[1]
        powers = self._bank.powers(blocks)
        strongest = powers[:, :4].max(1) + powers[:, 4:].max(1)
        likely = (totals >= _FAINTEST) & (strongest >= _PURITY * totals)
        found = [""] * len(blocks)
        for at in np.flatnonzero(likely):
            found[at] = self._named(powers[at])
        return found

    def _named(self, powers: Wave) -> str:
        rows, columns = powers[:4], powers[4:]
        row, column = int(rows.argmax()), int(columns.argmax())
        low, high = float(rows[row]), float(columns[column])
        if not 1 / _TWIST < low / max(high, 1e-12) < _TWIST:
            return ""
        for group, strongest in ((rows, low), (columns, high)):
            if float(np.partition(group, 2)[2]) * _ABOVE_OTHERS > strongest:
                return ""
        return _KEY_OF[_ROWS[row], _COLUMNS[column]]


FaxTone = Literal["cng", "ced", "v21"]


class FaxDetector:
    """Hears a fax machine that calls (CNG) or answers (CED, V.21's flags); each is told once.

    Flags precede all that machines say to each other, also where no tone did (T.30 §5.3.6.1.1).
    """

    _BLOCK_S: Final = 0.01
    _LASTS_S: Final = 0.36
    """CNG has 0.5 s less 15 %, and begins and ends inside a block; music rarely holds so long."""
    _MIDDLE_HZ: Final = 1750.0
    """Between V.21's two: so many changes of frequency leave a third of the power there."""
    _LEAST_SPACES: Final = 5
    """Of the blocks of flags nearly a third is a space; of a tone that is held none is, or each."""

    def __init__(self, rate: int) -> None:
        size = round(rate * self._BLOCK_S)
        self._blocks = _Blocks(size)
        v21 = (V21_MARK_HZ, self._MIDDLE_HZ, V21_SPACE_HZ)
        self._bank = Bank((CNG_HZ, CED_HZ, *v21), rate, size)
        self._runs: dict[FaxTone, int] = {"cng": 0, "ced": 0, "v21": 0}
        self._spaces = 0
        self._told: set[FaxTone] = set()

    def hear(self, samples: Samples) -> list[FaxTone]:
        """Go on listening; returns what was recognised just now."""
        found: list[FaxTone] = []
        for block in self._blocks.cut(samples):
            total = float(np.dot(block, block)) / len(block)
            for name in self._heard(self._bank.powers(block), total):
                if name not in self._told:
                    self._told.add(name)
                    found.append(name)
        return found

    def _heard(self, powers: Wave, total: float) -> list[FaxTone]:
        """What has lasted long enough by now."""
        least = _FAX_PURITY * max(total, _FAINTEST)
        cng, ced, mark, middle, space = map(float, powers)
        sums: dict[FaxTone, float] = {"cng": cng, "ced": ced, "v21": mark + middle + space}
        for name, power in sums.items():
            self._runs[name] = self._runs[name] + 1 if power > least else 0
        if not self._runs["v21"]:
            self._spaces = 0
        self._spaces += space > max(mark, middle)
        found = [name for name, run in self._runs.items() if run * self._BLOCK_S >= self._LASTS_S]
        changing = self._LEAST_SPACES <= self._spaces <= self._runs["v21"] / 2
        return [each for each in found if each != "v21" or changing]
