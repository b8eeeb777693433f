"""English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.prompts.language import LARGEST, PARTS, Spoken, digits, lettered, numbered, words

if TYPE_CHECKING:
    from datetime import date, time

_ONES: Final = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS: Final = words("twenty thirty forty fifty sixty seventy eighty ninety")
_BELOW_100: Final = _ONES + [
    f"{ten} {one}".replace(" zero", "") for ten in _TENS for one in _ONES[:10]
]
_ORDINALS: Final = words(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first "
    "twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh "
    "twenty-eighth twenty-ninth thirtieth thirty-first"
)
_MONTHS: Final = words(
    "January February March April May June July August September October November December"
)
_WEEKDAYS: Final = words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")

_COUNTED: Final = {
    "new-message.one": "one new message",
    "new-message.other": "new messages",
    "saved-message.one": "one saved message",
    "saved-message.other": "saved messages",
    "participant.one": "one participant",
    "participant.other": "participants",
    "caller.one": "one caller",
    "caller.other": "callers",
    "minute.one": "one minute",
    "minute.other": "minutes",
    "second.one": "one second",
    "second.other": "seconds",
}

_SENTENCES: Final = {
    # any service
    "goodbye": "Goodbye.",
    "please-hold": "Please hold.",
    "one-moment": "One moment, please.",
    "thank-you": "Thank you.",
    "and": "and",
    "extension": "extension",
    "invalid": "That is not a valid choice.",
    "try-again": "Please try again.",
    "too-many-tries": "Too many attempts.",
    "enter-number": "Please enter the number, followed by the hash key.",
    "enter-pin": "Please enter your PIN, followed by the hash key.",
    "wrong-pin": "That PIN is not correct.",
    "activated": "Activated.",
    "deactivated": "Deactivated.",
    "saved": "Saved.",
    # why a call does not come about
    "not-in-service": "The number you have dialled is not in service.",
    "unavailable": "The person you are calling is not available.",
    "busy": "The person you are calling is busy.",
    "no-answer": "There is no answer.",
    "circuits-busy": "All lines are busy. Please try again later.",
    "not-permitted": "You are not permitted to make this call.",
    "cannot-complete": "Your call cannot be completed.",
    "may-be-recorded": "This call may be recorded.",
    "recording-on": "Recording started.",
    "recording-off": "Recording stopped.",
    # transfer, parking, pick-up
    "transfer-number": "Please enter the extension.",
    "transferring": "Your call is being transferred.",
    "reconnecting": "There is no answer. You are being reconnected.",
    "parked-at": "The call is parked at",
    "parking-empty": "No call is parked there.",
    "parking-full": "No parking space is free.",
    "nothing-to-pick-up": "There is no call to pick up.",
    # features of an extension
    "do-not-disturb-on": "Do not disturb is on.",
    "do-not-disturb-off": "Do not disturb is off.",
    "forwarding-on": "Calls are forwarded to",
    "forwarding-off": "Call forwarding is off.",
    "call-waiting-on": "Call waiting is on.",
    "call-waiting-off": "Call waiting is off.",
    "completion-requested": "You will be called back as soon as the line is free.",
    "completion-cancelled": "The callback was cancelled.",
    "not-possible": "That is not possible.",
    "blacklisted": "This number was added to the blacklist:",
    "no-recent-call": "There is no recent call.",
    "interrupted": "This call is interrupted by a priority call.",
    "recording-notice": "This call may be recorded.",
    "supervision-consent": "A supervisor wants to hear this call. To allow it, press 1.",
    "call-from": "You have a call from",
    "call-accept": "To take the call, press 1. To refuse it, press 2.",
    "mini-bar-maid": "Please enter your code, followed by the hash key.",
    "mini-bar-goods": "Please enter the number of the article, followed by the hash key.",
    "mini-bar-count": "How many were taken? Please enter the number, followed by the hash key.",
    "mini-bar-noted": "Noted.",
    "room-status": "Please enter the new status of the room.",
    "wake-up-room": "Please enter the room, followed by the hash key.",
    "wake-up-time": "Please enter the time as four digits.",
    "wake-up-set": "A wake-up call is set for",
    "wake-up": "Good day. This is your wake-up call.",
    "chat-waiting": "A visitor waits in live chat.",
    "chat-accept": "To take the chat, press 1.",
    "your-extension": "Your extension is",
    "message-from": "A message from extension",
    "callback": "This is the callback you asked for.",
    # echo test
    "echo-intro": "You will hear whatever you say. To end the test, press hash or hang up.",
    "echo-done": "The echo test is over.",
    # voicemail
    "vm-person-at": "The person at extension",
    "vm-is-unavailable": "is not available.",
    "vm-is-busy": "is on another call.",
    "vm-leave": "Please leave a message after the tone. When you are done, hang up or press hash.",
    "vm-too-short": "Your message is too short.",
    "vm-saved": "Your message was saved.",
    "vm-full": "This mailbox is full.",
    "vm-review": "To send your message, press 1. To hear it, press 2. To record it again, press 3. "
    "To mark it as urgent, press 4.",
    "vm-mailbox": "Please enter your mailbox number, followed by the hash key.",
    "vm-you-have": "You have",
    "vm-no-messages": "You have no messages.",
    "vm-menu": "For new messages, press 1. For other folders, press 2. For greetings and your PIN, "
    "press 0.",
    "vm-folders": "For new messages, press 0. For old messages, press 1. For work, press 2. "
    "For family, press 3. For friends, press 4.",
    "vm-message-menu": "To call back, press 3. For the previous message, press 4. To hear it "
    "again, press 5. For the next message, press 6. To delete it, press 7. To send it on, press 8. "
    "To save it, press 9.",
    "vm-options": "For your greeting when you are away, press 1. When you are busy, press 2. "
    "For your name, press 3. For a temporary greeting, press 4. For a new PIN, press 5. "
    "To go back, press star.",
    "vm-new-pin": "Please enter the new PIN, followed by the hash key.",
    "vm-pin-again": "Please enter it once more.",
    "vm-greeting-menu": "To record your greeting, press 1. To hear it, press 2. "
    "To use the standard greeting, press 3. To go back, press star.",
    "vm-record-greeting": "Please record your greeting after the tone. Then press hash.",
    "vm-message": "Message",
    "vm-received": "received",
    "vm-from": "from",
    "vm-unknown-caller": "an unknown caller",
    "vm-deleted": "Message deleted.",
    "vm-no-more": "There are no more messages.",
    # automatic attendant
    "ivr-welcome": "Welcome.",
    "ivr-dial": "Please dial the extension of the person you wish to reach.",
    "ivr-no-choice": "We have not received a choice.",
    "ivr-directory": "Please enter the first three letters of the person's name.",
    "ivr-no-match": "Nobody of that name was found.",
    "ivr-press-1": "If this is the person you are looking for, press 1. Otherwise press star.",
    # conference
    "conf-number": "Please enter the conference number, followed by the hash key.",
    "conf-first": "You are the first participant.",
    "conf-joining": "You are now joining the conference.",
    "conf-wait-host": "The conference begins as soon as its host arrives.",
    "conf-joined": "has joined the conference.",
    "conf-left": "has left the conference.",
    "conf-there-are": "In the conference:",
    "conf-locked": "The conference is locked.",
    "conf-unlocked": "The conference is unlocked.",
    "conf-full": "The conference is full.",
    "conf-ended": "The conference has ended.",
    "conf-muted": "You are muted.",
    "conf-unmuted": "You are no longer muted.",
    "conf-removed": "You are being removed from the conference.",
    "conf-alone": "You are alone in the conference. To stay, press any key.",
    "conf-menu": "To mute or unmute yourself, press 1. To hear the number of participants, press "
    "2. To hear the others less or more, press 4 or 6. To be heard less or more, "
    "press 7 or 9. To leave, press 8.",
    "conf-invite-menu": "To invite somebody who is asked first, press 0. To bring somebody in at "
    "once, press 1. To link another conference, press 2. To drop all linked conferences, press 3. "
    "To hear the others less or more, press 4 or 6. To be heard less or more, press 7 or 9. To "
    "leave, press 8. For more, press the hash key.",
    "conf-more": "To mute or unmute yourself, press 1. To hear the number of participants, press "
    "4.",
    "conf-host-more": "To lock or unlock the conference, press 2. To remove the last participant, "
    "press 3.",
    "conf-linked": "The conferences are now linked.",
    "conf-unlinked": "The linked conferences are now separate.",
    "conf-invited": "You are invited to a conference by extension",
    "conf-accept": "To join it, press 1.",
    "conf-say-name": "After the tone, please say your name.",
    "record-prompt": "After the tone, please speak. When you have finished, press any key.",
    # waiting
    "queue-busy": "All our agents are busy. Please hold.",
    "queue-you-are": "You are number",
    "queue-in-line": "in line.",
    "queue-at-least": "Ahead of you are at least",
    "queue-wait": "The estimated waiting time is",
    "queue-thanks": "Thank you for waiting.",
    "queue-full": "Too many callers are waiting. Please try again later.",
    "queue-no-agents": "Nobody can take your call at the moment.",
    "queue-callback": "To hang up, keep your place and be called back, press 1. To be called "
    "back at another number, press 2.",
    "queue-callback-set": "You will be called back. Goodbye.",
    "queue-callback-agent": "A caller is being called back. Please hold.",
    "queue-break": "Your break begins.",
    "queue-break-over": "Your break is over.",
    "queue-survey": "How satisfied were you with this call? Press a key from 1, not at "
    "all, to 5, very satisfied.",
    "signed-in": "You are signed in.",
    "signed-out": "You are signed out.",
    # between fragments
    "today": "today",
    "yesterday": "yesterday",
    "at": "at",
    "oh": "oh",
    "oclock": "o'clock",
    "am": "A M",
    "pm": "P M",
    "hundred": "hundred",
    "thousand": "thousand",
    "million": "million",
    "star": "star",
    "hash": "hash",
    "plus": "plus",
}


class English:
    """As in North America: `one hundred five`, `two forty-five P M`."""

    code: Final = "en"
    voice: Final = "en-us"
    texts: Final = {
        **_SENTENCES,
        **_COUNTED,
        **numbered("number", _BELOW_100),
        **numbered("digit", _ONES[:10]),
        **numbered("day", _ORDINALS, 1),
        **numbered("month", _MONTHS, 1),
        **numbered("weekday", _WEEKDAYS),
        **lettered("A B C D E F G H I J K L M N O P Q R S T U V W X Y Zee"),
    }

    def number(self, number: int) -> Spoken:
        if number > LARGEST:
            return digits(str(number))
        said: list[str] = []
        for name, size in PARTS:
            count, number = divmod(number, size)
            if count:
                said += [*self.number(count), name]
        if number or not said:
            said.append(f"number-{number}")
        return tuple(said)

    def counted(self, number: int, noun: str) -> Spoken:
        if number == 1:
            return (f"{noun}.one",)
        return (*self.number(number), f"{noun}.other")

    def date(self, day: date) -> Spoken:
        return (f"weekday-{day.weekday()}", f"month-{day.month}", f"day-{day.day}")

    def time(self, moment: time) -> Spoken:
        hour = f"number-{moment.hour % 12 or 12}"
        half = "pm" if moment.hour >= 12 else "am"
        if not moment.minute:
            return ("at", hour, "oclock", half)
        minute = f"number-{moment.minute}"
        between = ("oh",) if moment.minute < 10 else ()
        return ("at", hour, *between, minute, half)
