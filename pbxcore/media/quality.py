"""How a call sounds, from 1 to 4.5: the E-model's planning rule (ITU-T G.107, G.113)."""

from __future__ import annotations

from typing import Final

_BEST: Final = 93.2
"""R of a call without delay, loss and low-rate codec, all else at its default (G.107 §7)."""
_IMPAIRMENT: Final = {  # codec → equipment impairment Ie, robustness to loss Bpl (G.113 appendix I)
    "pcmu": (0.0, 25.1),
    "pcma": (0.0, 25.1),
    "g722": (0.0, 25.1),
    "opus": (0.0, 30.0),
    "g729": (11.0, 19.0),
    "gsm": (20.0, 43.0),
    "g723": (15.0, 16.1),
}
_UNKNOWN: Final = (5.0, 20.0)


def mean_opinion(codec: str, *, lost: float, delay_ms: float) -> float:
    """The mean opinion score for a share of lost packets (0 to 1) and a one-way delay."""
    impairment, robustness = _IMPAIRMENT.get(codec.lower(), _UNKNOWN)
    percent = 100 * min(max(lost, 0.0), 1.0)
    by_loss = impairment + (95 - impairment) * percent / (percent + robustness)
    by_delay = 0.024 * delay_ms + 0.11 * max(0.0, delay_ms - 177.3)
    rating = min(max(_BEST - by_loss - by_delay, 0.0), 100.0)
    score = 1 + 0.035 * rating + 7e-6 * rating * (rating - 60) * (100 - rating)
    return round(max(score, 1.0), 2)
