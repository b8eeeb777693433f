"""German."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.prompts.language import LARGEST, Spoken, digits, lettered, numbered, words

if TYPE_CHECKING:
    from datetime import date, time

_ONES: Final = words(
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
    "fünfzehn sechzehn siebzehn achtzehn neunzehn"
)
_TENS: Final = words("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
_BEFORE_TENS: Final = ["", "einund", *(f"{one}und" for one in _ONES[2:10])]
_BELOW_100: Final = _ONES + [one + ten for ten in _TENS for one in _BEFORE_TENS]
_ORDINALS: Final = words(
    "erste zweite dritte vierte fünfte sechste siebte achte neunte zehnte elfte zwölfte"
) + [f"{each}te" for each in _BELOW_100[13:20]]
_MONTHS: Final = words(
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
)
_WEEKDAYS: Final = words("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag")

_COUNTED: Final = {
    "new-message.one": "eine neue Nachricht",
    "new-message.other": "neue Nachrichten",
    "saved-message.one": "eine gespeicherte Nachricht",
    "saved-message.other": "gespeicherte Nachrichten",
    "participant.one": "ein Teilnehmer",
    "participant.other": "Teilnehmer",
    "caller.one": "ein Anrufer",
    "caller.other": "Anrufer",
    "minute.one": "eine Minute",
    "minute.other": "Minuten",
    "second.one": "eine Sekunde",
    "second.other": "Sekunden",
}

_SENTENCES: Final = {
    "goodbye": "Auf Wiederhören.",
    "please-hold": "Bitte warten Sie.",
    "one-moment": "Einen Moment bitte.",
    "thank-you": "Vielen Dank.",
    "and": "und",
    "extension": "Nebenstelle",
    "invalid": "Diese Auswahl gibt es nicht.",
    "try-again": "Bitte versuchen Sie es noch einmal.",
    "too-many-tries": "Zu viele Versuche.",
    "enter-number": "Bitte geben Sie die Nummer ein, und danach die Rautetaste.",
    "enter-pin": "Bitte geben Sie Ihre PIN ein, und danach die Rautetaste.",
    "wrong-pin": "Diese PIN ist nicht richtig.",
    "activated": "Eingeschaltet.",
    "deactivated": "Ausgeschaltet.",
    "saved": "Gespeichert.",
    "not-in-service": "Die gewählte Nummer ist nicht vergeben.",
    "unavailable": "Der Teilnehmer ist zurzeit nicht erreichbar.",
    "busy": "Der Teilnehmer spricht gerade.",
    "no-answer": "Der Anruf wurde nicht angenommen.",
    "circuits-busy": "Alle Leitungen sind belegt. Bitte versuchen Sie es später noch einmal.",
    "not-permitted": "Sie sind zu diesem Anruf nicht berechtigt.",
    "cannot-complete": "Ihr Anruf kann nicht ausgeführt werden.",
    "may-be-recorded": "Dieses Gespräch kann aufgezeichnet werden.",
    "recording-on": "Die Aufzeichnung beginnt.",
    "recording-off": "Die Aufzeichnung ist beendet.",
    "transfer-number": "Bitte geben Sie die Nebenstelle ein.",
    "transferring": "Ihr Anruf wird weitergeleitet.",
    "reconnecting": "Der Anruf wurde nicht angenommen. Sie werden zurückverbunden.",
    "parked-at": "Der Anruf ist geparkt auf",
    "parking-empty": "Dort ist kein Anruf geparkt.",
    "parking-full": "Es ist kein Parkplatz frei.",
    "nothing-to-pick-up": "Es gibt keinen Anruf zu übernehmen.",
    "do-not-disturb-on": "Anrufschutz ist eingeschaltet.",
    "do-not-disturb-off": "Anrufschutz ist ausgeschaltet.",
    "forwarding-on": "Anrufe werden umgeleitet auf",
    "forwarding-off": "Die Rufumleitung ist ausgeschaltet.",
    "call-waiting-on": "Anklopfen ist eingeschaltet.",
    "call-waiting-off": "Anklopfen ist ausgeschaltet.",
    "completion-requested": "Sie werden zurückgerufen, sobald der Anschluss frei ist.",
    "completion-cancelled": "Der Rückruf wurde abgesagt.",
    "not-possible": "Das ist nicht möglich.",
    "blacklisted": "Diese Nummer wurde gesperrt:",
    "no-recent-call": "Es gibt keinen letzten Anruf.",
    "interrupted": "Dieses Gespräch wird von einem dringenden Anruf unterbrochen.",
    "recording-notice": "Dieses Gespräch kann aufgezeichnet werden.",
    "supervision-consent": (
        "Jemand möchte dieses Gespräch mithören. Um es zu erlauben, drücken Sie die 1."
    ),
    "call-from": "Sie haben einen Anruf von",
    "call-accept": "Um den Anruf anzunehmen, drücken Sie die 1. "
    "Um ihn abzulehnen, drücken Sie die 2.",
    "mini-bar-maid": "Bitte geben Sie Ihren Code ein, und danach die Rautetaste.",
    "mini-bar-goods": "Bitte geben Sie die Nummer des Artikels ein, und danach die Rautetaste.",
    "mini-bar-count": "Wie viele wurden entnommen? Bitte geben Sie die Zahl ein, und danach "
    "die Rautetaste.",
    "mini-bar-noted": "Notiert.",
    "room-status": "Bitte geben Sie den neuen Zustand des Zimmers ein.",
    "wake-up-room": "Bitte geben Sie das Zimmer ein, und danach die Rautetaste.",
    "wake-up-time": "Bitte geben Sie die Uhrzeit mit vier Ziffern ein.",
    "wake-up-set": "Sie werden geweckt",
    "wake-up": "Guten Tag. Dies ist Ihr Weckruf.",
    "chat-waiting": "Im Live-Chat wartet ein Besucher.",
    "chat-accept": "Um den Chat anzunehmen, drücken Sie die 1.",
    "your-extension": "Ihre Nebenstelle ist",
    "message-from": "Eine Durchsage von Nebenstelle",
    "callback": "Dies ist der Rückruf, um den Sie gebeten haben.",
    "echo-intro": "Sie hören, was Sie sagen. Zum Beenden drücken Sie Raute, oder legen Sie auf.",
    "echo-done": "Der Echotest ist beendet.",
    "vm-person-at": "Der Teilnehmer mit der Nebenstelle",
    "vm-is-unavailable": "ist nicht erreichbar.",
    "vm-is-busy": "spricht gerade.",
    "vm-leave": "Bitte sprechen Sie nach dem Ton. Zum Schluss legen Sie auf, oder drücken Raute.",
    "vm-too-short": "Ihre Nachricht ist zu kurz.",
    "vm-saved": "Ihre Nachricht wurde gespeichert.",
    "vm-full": "Diese Mailbox ist voll.",
    "vm-review": "Um Ihre Nachricht zu senden, drücken Sie 1. Um sie anzuhören, 2. "
    "Um sie neu aufzunehmen, 3. Um sie als dringend zu kennzeichnen, 4.",
    "vm-mailbox": "Bitte geben Sie die Nummer Ihrer Mailbox ein, und danach die Rautetaste.",
    "vm-you-have": "Sie haben",
    "vm-no-messages": "Sie haben keine Nachrichten.",
    "vm-menu": "Für neue Nachrichten drücken Sie 1. Für andere Ordner 2. "
    "Für Ihre Ansagen und Ihre PIN 0.",
    "vm-folders": "Für neue Nachrichten drücken Sie 0. Für alte 1. Für Arbeit 2. Für Familie 3. "
    "Für Freunde 4.",
    "vm-message-menu": "Um zurückzurufen, drücken Sie 3. Für die vorige Nachricht 4. "
    "Um sie noch einmal zu hören, 5. Für die nächste Nachricht 6. Zum Löschen 7. "
    "Zum Weiterleiten 8. Zum Speichern 9.",
    "vm-options": "Für Ihre Ansage bei Abwesenheit drücken Sie 1. Wenn Sie sprechen, 2. "
    "Für Ihren Namen 3. Für eine vorübergehende Ansage 4. Für eine neue PIN 5. Zurück mit Stern.",
    "vm-new-pin": "Bitte geben Sie die neue PIN ein, und danach die Rautetaste.",
    "vm-pin-again": "Bitte geben Sie sie noch einmal ein.",
    "vm-greeting-menu": "Um Ihre Ansage aufzunehmen, drücken Sie 1. Um sie anzuhören, 2. "
    "Für die Standardansage 3. Zurück mit Stern.",
    "vm-record-greeting": "Bitte sprechen Sie Ihre Ansage nach dem Ton. Danach drücken Sie Raute.",
    "vm-message": "Nachricht",
    "vm-received": "eingegangen",
    "vm-from": "von",
    "vm-unknown-caller": "einem unbekannten Anrufer",
    "vm-deleted": "Nachricht gelöscht.",
    "vm-no-more": "Es gibt keine weiteren Nachrichten.",
    "ivr-welcome": "Herzlich willkommen.",
    "ivr-dial": "Bitte wählen Sie die Nebenstelle Ihres Gesprächspartners.",
    "ivr-no-choice": "Wir haben keine Auswahl erhalten.",
    "ivr-directory": "Bitte geben Sie die ersten drei Buchstaben des Namens ein.",
    "ivr-no-match": "Niemand mit diesem Namen wurde gefunden.",
    "ivr-press-1": "Ist dies die gesuchte Person, drücken Sie 1. Sonst drücken Sie Stern.",
    "conf-number": "Bitte geben Sie die Nummer der Konferenz ein, und danach die Rautetaste.",
    "conf-first": "Sie sind der erste Teilnehmer.",
    "conf-joining": "Sie nehmen jetzt an der Konferenz teil.",
    "conf-wait-host": "Die Konferenz beginnt, sobald der Gastgeber da ist.",
    "conf-joined": "nimmt an der Konferenz teil.",
    "conf-left": "hat die Konferenz verlassen.",
    "conf-there-are": "In der Konferenz:",
    "conf-locked": "Die Konferenz ist gesperrt.",
    "conf-unlocked": "Die Konferenz ist offen.",
    "conf-full": "Die Konferenz ist voll.",
    "conf-ended": "Die Konferenz ist beendet.",
    "conf-muted": "Sie sind stummgeschaltet.",
    "conf-unmuted": "Sie sind nicht mehr stummgeschaltet.",
    "conf-removed": "Sie werden aus der Konferenz entfernt.",
    "conf-alone": "Sie sind allein in der Konferenz. Um zu bleiben, drücken Sie eine Taste.",
    "conf-menu": "Um sich stummzuschalten oder wieder zu sprechen, drücken Sie 1. Für die Zahl der"
    " Teilnehmer 2. Um die anderen leiser oder lauter zu hören, 4 oder 6. Um leiser "
    "oder lauter gehört zu werden, 7 oder 9. Um zu gehen, 8.",
    "conf-invite-menu": "Um jemanden einzuladen, der erst gefragt wird, drücken Sie 0. Um jemanden "
    "sofort dazuzuholen, 1. Um eine andere Konferenz zu verbinden, 2. Um alle verbundenen "
    "Konferenzen zu trennen, 3. Um die anderen leiser oder lauter zu hören, 4 oder 6. Um leiser "
    "oder lauter gehört zu werden, 7 oder 9. Um zu gehen, 8. Für weiteres die Rautetaste.",
    "conf-more": "Um sich stummzuschalten oder wieder zu sprechen, drücken Sie 1. Für die Zahl der"
    " Teilnehmer 4.",
    "conf-host-more": "Um die Konferenz zu sperren oder zu öffnen, drücken Sie 2. Um den letzten "
    "Teilnehmer zu entfernen, 3.",
    "conf-linked": "Die Konferenzen sind jetzt verbunden.",
    "conf-unlinked": "Die verbundenen Konferenzen sind jetzt getrennt.",
    "conf-invited": "Sie werden zu einer Konferenz eingeladen von der Nebenstelle",
    "conf-accept": "Um teilzunehmen, drücken Sie 1.",
    "conf-say-name": "Bitte sagen Sie nach dem Ton Ihren Namen.",
    "record-prompt": "Bitte sprechen Sie nach dem Ton. Wenn Sie fertig sind, drücken Sie "
    "eine Taste.",
    "queue-busy": "Alle Mitarbeiter sind im Gespräch. Bitte warten Sie.",
    "queue-you-are": "Sie sind Nummer",
    "queue-in-line": "in der Warteschlange.",
    "queue-at-least": "Vor Ihnen warten mindestens",
    "queue-wait": "Die voraussichtliche Wartezeit beträgt",
    "queue-thanks": "Vielen Dank für Ihre Geduld.",
    "queue-full": "Es warten zu viele Anrufer. Bitte versuchen Sie es später noch einmal.",
    "queue-no-agents": "Zurzeit kann niemand Ihren Anruf annehmen.",
    "queue-callback": "Um aufzulegen, Ihren Platz zu behalten und zurückgerufen zu werden, "
    "drücken Sie die 1. Für einen Rückruf unter einer anderen Nummer drücken "
    "Sie die 2.",
    "queue-callback-set": "Sie werden zurückgerufen. Auf Wiederhören.",
    "queue-callback-agent": "Ein Anrufer wird zurückgerufen. Bitte warten Sie.",
    "queue-break": "Ihre Pause beginnt.",
    "queue-break-over": "Ihre Pause ist zu Ende.",
    "queue-survey": "Wie zufrieden waren Sie mit diesem Gespräch? Drücken Sie eine Taste "
    "von 1, gar nicht, bis 5, sehr zufrieden.",
    "signed-in": "Sie sind angemeldet.",
    "signed-out": "Sie sind abgemeldet.",
    "today": "heute",
    "yesterday": "gestern",
    "at": "um",
    "the": "der",
    "one": "ein",
    "oclock": "Uhr",
    "hundred": "hundert",
    "thousand": "tausend",
    "million": "eine Million",
    "millions": "Millionen",
    "star": "Stern",
    "hash": "Raute",
    "plus": "Plus",
}


class German:
    """`eintausendzweihundertvierunddreißig`, `vierzehn Uhr fünfundvierzig`."""

    code: Final = "de"
    voice: Final = "de"
    texts: Final = {
        **_SENTENCES,
        **_COUNTED,
        **numbered("number", _BELOW_100),
        **numbered("digit", ["null", "eins", "zwo", *_ONES[3:10]]),
        **numbered("day", _ORDINALS + [f"{each}ste" for each in _BELOW_100[20:32]], 1),
        **numbered("month", _MONTHS, 1),
        **numbered("weekday", _WEEKDAYS),
        **lettered(
            "A Be Ce De E Eff Ge Ha I Jott Ka Ell Emm Enn O Pe Ku Err Ess Te U Vau We Ix "
            "Ypsilon Zett"
        ),
    }

    def number(self, number: int) -> Spoken:
        if number > LARGEST:
            return digits(str(number))
        millions, number = divmod(number, 1_000_000)
        said = list(self._millions(millions))
        for name, size in (("thousand", 1000), ("hundred", 100)):
            count, number = divmod(number, size)
            if count:
                said += [*(("one",) if count == 1 else self._before_thousand(count)), name]
        if number or not said:
            said.append(f"number-{number}")
        return tuple(said)

    def _millions(self, count: int) -> Spoken:
        if count < 2:
            return ("million",) * count
        return (*self.number(count), "millions")

    def _before_thousand(self, count: int) -> Spoken:
        """`hundertein-tausend`, not `hunderteins-tausend`."""
        said = self.number(count)
        return (*said[:-1], "one") if said[-1] == "number-1" else said

    def counted(self, number: int, noun: str) -> Spoken:
        if number == 1:
            return (f"{noun}.one",)
        return (*self.number(number), f"{noun}.other")

    def date(self, day: date) -> Spoken:
        return (f"weekday-{day.weekday()}", "the", f"day-{day.day}", f"month-{day.month}")

    def time(self, moment: time) -> Spoken:
        hour = "one" if moment.hour == 1 else f"number-{moment.hour}"
        minutes = (f"number-{moment.minute}",) if moment.minute else ()
        return ("at", hour, "oclock", *minutes)
