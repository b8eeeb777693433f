"""Arabic: the modern standard, in the forms that announcements use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.prompts.arabic_sentences import COUNTED, FEMININE, SENTENCES
from pbxcore.prompts.language import LARGEST, Spoken, digits, lettered, numbered, words

if TYPE_CHECKING:
    from datetime import date, time

_ONES: Final = words("صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة")
_ONES_FEMININE: Final = words("صفر واحدة اثنتان ثلاث أربع خمس ست سبع ثمان تسع عشر")
_TEENS: Final = ["أحد عشر", "اثنا عشر", *(f"{one} عشر" for one in _ONES[3:10])]
_TEENS_FEMININE: Final = [
    "إحدى عشرة",
    "اثنتا عشرة",
    *(f"{one} عشرة" for one in _ONES_FEMININE[3:10]),
]
_TENS: Final = words("عشرون ثلاثون أربعون خمسون ستون سبعون ثمانون تسعون")
_HUNDREDS: Final = words("مئة مئتان ثلاثمئة أربعمئة خمسمئة ستمئة سبعمئة ثمانمئة تسعمئة")
_MONTHS: Final = words("يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر")
_WEEKDAYS: Final = words("الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد")
_HOURS: Final = [
    *words("الواحدة الثانية الثالثة الرابعة الخامسة السادسة السابعة الثامنة التاسعة العاشرة"),
    "الحادية عشرة",
    "الثانية عشرة",
]


def _below_100(ones: list[str], teens: list[str], unit: str) -> list[str]:
    """Ones come before tens, joined by `and`; `unit` is the one that does."""
    before = ["", unit, *ones[2:10]]
    return [
        *ones,
        *teens,
        *(f"{one} و{ten}" if one else ten for ten in _TENS for one in before),
    ]


_MASCULINE_NUMBERS: Final = _below_100(_ONES, _TEENS, "واحد")
_FEMININE_NUMBERS: Final = _below_100(_ONES_FEMININE, _TEENS_FEMININE, "إحدى")


class Arabic:
    """Numbers have a gender, against that of what is counted, and nouns five forms (CLDR)."""

    code: Final = "ar"
    voice: Final = "ar"
    texts: Final = {
        **SENTENCES,
        **COUNTED,
        **numbered("number", _MASCULINE_NUMBERS),
        **numbered("feminine", _FEMININE_NUMBERS),
        **numbered("hundred", _HUNDREDS, 1),
        **numbered("digit", _ONES[:10]),
        **numbered("month", _MONTHS, 1),
        **numbered("weekday", _WEEKDAYS),
        **numbered("hour", _HOURS, 1),
        **lettered(
            "إيه بي سي دي إي إف جي إتش آي جيه كيه إل إم إن أو بي كيو آر إس تي يو في دبليو إكس "
            "واي زد"
        ),
    }

    def number(self, number: int, *, feminine: bool = False) -> Spoken:
        """As one counts; `feminine` is what is counted."""
        if number > LARGEST:
            return digits(str(number))
        millions, number = divmod(number, 1_000_000)
        thousands, number = divmod(number, 1000)
        hundreds, rest = divmod(number, 100)
        parts = [self._of(millions, "million"), self._of(thousands, "thousand")]
        if hundreds:
            parts.append((f"hundred-{hundreds}",))
        if rest or not any(parts):
            parts.append((f"{'feminine' if feminine else 'number'}-{rest}",))
        said: list[str] = []
        for part in filter(None, parts):
            said += [*(("and",) if said else ()), *part]
        return tuple(said)

    def _of(self, count: int, size: str) -> Spoken:
        """So many thousands or millions, which are nouns themselves."""
        if count < 3:
            return ((), (f"{size}.one",), (f"{size}.two",))[count]
        return (*self.number(count), f"{size}.{_category(count)}")

    def counted(self, number: int, noun: str) -> Spoken:
        if number in (1, 2):  # the noun's own form says how many
            return (f"{noun}.{_category(number)}",)
        return (
            *self.number(number, feminine=noun in FEMININE),
            f"{noun}.{_category(number)}",
        )

    def date(self, day: date) -> Spoken:
        return (f"weekday-{day.weekday()}", f"number-{day.day}", f"month-{day.month}")

    def time(self, moment: time) -> Spoken:
        said = ["hour", f"hour-{moment.hour % 12 or 12}"]
        if moment.minute:
            said += ["and", *self.counted(moment.minute, "minute")]
        return (*said, "morning" if moment.hour < 12 else "evening")


def _category(number: int) -> str:
    """The form of a noun after a number (CLDR, plural rules of `ar`)."""
    if number in (1, 2):
        return ("one", "two")[number - 1]
    if 3 <= number % 100 <= 10:
        return "few"
    return "many" if number % 100 >= 11 else "other"
