"""What somebody wrote, without the mail that they answer. Pure."""

from __future__ import annotations

import re

_ORIGINAL = re.compile(
    r"^\s*-{2,}\s*(original message|ursprüngliche nachricht|mensaje original|原始邮件|"
    r"الرسالة الأصلية|forwarded message)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*_{10,}\s*$")  # Outlook's, above the header of what it quotes
_HEADER = re.compile(r"^\s*\*?(from|von|de|发件人|من)\s*[:\uff1a]\*?\s*\S", re.IGNORECASE)
_HEADER_NEXT = re.compile(
    r"^\s*\*?(sent|date|gesendet|datum|enviado|fecha|发送时间|日期|تاريخ)\b.*[:\uff1a]",
    re.IGNORECASE,
)
_SIGNATURE = "-- "  # RFC 3676 §4.3
_ATTRIBUTION_LINES = 3
"""`On Monday, … wrote:` is folded over so many lines at most."""


MOST_CHARACTERS, MOST_LINES = 200_000, 5_000
"""What follows is not looked at: nobody wrote that much by hand."""


def said(text: str) -> str:
    """The words above what is quoted and above the signature."""
    lines = text[:MOST_CHARACTERS].replace("\r\n", "\n").split("\n", MOST_LINES)[:MOST_LINES]
    below = _below(lines)
    kept: list[str] = []
    for line, (after, only_quoted) in zip(lines, below, strict=True):
        outlook = _HEADER.match(line) and _HEADER_NEXT.match(after)
        if _ORIGINAL.match(line) or _RULE.match(line) or outlook or line == _SIGNATURE:
            break
        if line.lstrip().startswith(">"):
            if only_quoted:
                _drop_attribution(kept)
                break
            continue  # answered between the lines: what is quoted goes, the rest stays
        kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _below(lines: list[str]) -> list[tuple[str, bool]]:
    """For each line the next one with words, and whether all from it on is quoted.

    One pass from the back: anybody may have sent anything.
    """
    found: list[tuple[str, bool]] = []
    after, only_quoted = "", True
    for line in reversed(lines):
        words = line.strip()
        only_quoted = only_quoted and (not words or words.startswith(">"))
        found.append((after, only_quoted))
        after = line if words else after
    found.reverse()
    return found


def _drop_attribution(kept: list[str]) -> None:
    """Take away who wrote the quoted words when: the paragraph above them that ends in a colon."""
    while kept and not kept[-1].strip():
        kept.pop()
    if not kept or not kept[-1].rstrip().endswith((":", "\uff1a")):
        return
    for _ in range(_ATTRIBUTION_LINES):
        if not kept or not kept[-1].strip():
            return
        kept.pop()
