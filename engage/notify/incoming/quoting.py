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


def said(text: str) -> str:
    """The words above what is quoted and above the signature."""
    lines = text.replace("\r\n", "\n").split("\n")
    kept: list[str] = []
    for place, line in enumerate(lines):
        after = next((each for each in lines[place + 1 :] if each.strip()), "")
        outlook = _HEADER.match(line) and _HEADER_NEXT.match(after)
        if _ORIGINAL.match(line) or _RULE.match(line) or outlook or line == _SIGNATURE:
            break
        if line.lstrip().startswith(">"):
            if _only_quoted(lines[place:]):
                _drop_attribution(kept)
                break
            continue  # answered between the lines: what is quoted goes, the rest stays
        kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _only_quoted(lines: list[str]) -> bool:
    return all(not each.strip() or each.lstrip().startswith(">") for each in lines)


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
