"""The kinds of mail, and the values that their templates may use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engage.errors import N_

HOUR_S = 3600


class Form(StrEnum):
    """What a value is given as, and so how it is written in a mail."""

    TEXT = "text"
    LINK = "link"  # a path; written with the public address before it
    DURATION = "duration"  # seconds; written as `5 minutes`
    MOMENT = "moment"  # milliseconds UTC; written as a date and a time
    MESSAGES = "messages"  # a number; written as `3 new messages`
    FILE = "file"  # the path of a file, which is attached as it is; written as its name
    FAX = "fax"  # the path of a fax's pages, which are attached as PDF; written as its name
    SOUND = "sound"  # the path of a recording, which is attached; written as its name


@dataclass(frozen=True, slots=True)
class Variable:
    """One value of a mail. A secret one is never shown to anybody but the recipient.

    `empty` is written where there is none.
    """

    name: str
    description: str
    sample: str | int
    form: Form = Form.TEXT
    secret: bool = False
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of mail. What was not sent within `life_s` is not sent any more.

    Of a `refusable` one its recipients can say that they want no more.
    """

    name: str
    title: str
    description: str
    variables: tuple[Variable, ...]
    life_s: int = 5 * 24 * HOUR_S  # RFC 5321 §4.5.4.1: how long a sender tries
    refusable: bool = False


LIVECHAT_NAME = Variable("livechat_name", N_("The live chat's name"), N_("Support"))
VISITOR_NAME = Variable(
    "visitor_name", N_("What the visitor is called"), "Ada Lovelace", empty=N_("A visitor")
)
FULL_NAME = Variable("full_name", N_("The recipient's name"), "Grace Hopper")
USER_NAME = Variable("user_name", N_("The name to sign in with"), "1000")
EXTENSION = Variable("extension", N_("The recipient's extension"), "1000")
VALID_FOR = Variable("valid_for", N_("How long the link can be used"), 24 * HOUR_S, Form.DURATION)


def _link(description: str, sample: str, *, secret: bool = False) -> Variable:
    return Variable("link", description, sample, Form.LINK, secret)


WAITING_INQUIRY = Kind(
    "waiting_inquiry",
    N_("Waiting inquiry"),
    N_("To the agents of a live chat when nobody has accepted a visitor for a while."),
    (
        LIVECHAT_NAME,
        VISITOR_NAME,
        Variable("waiting", N_("How long the visitor has been waiting"), 300, Form.DURATION),
        _link(N_("Opens the inquiry in Wave"), "/wave/"),
    ),
    life_s=24 * HOUR_S,
    refusable=True,
)
OFFLINE_MESSAGE = Kind(
    "offline_message",
    N_("Offline message"),
    N_("To the agents of a live chat when a visitor leaves a message while nobody is there."),
    (
        LIVECHAT_NAME,
        VISITOR_NAME,
        Variable("visitor_email", N_("The visitor's email address"), "ada@example.com"),
        Variable("visitor_phone", N_("The visitor's phone number"), "+44 20 7946 0018"),
        Variable("message", N_("What the visitor wrote"), N_("Are you open on Saturday?")),
        _link(N_("Opens the message in Wave"), "/wave/"),
    ),
)
LIVECHAT_REPLY = Kind(
    "livechat_reply",
    N_("Answer to a message"),
    N_("To a visitor who left a message in a live chat, when an agent answers."),
    (
        LIVECHAT_NAME,
        VISITOR_NAME,
        Variable("agent_name", N_("Who answered"), "Grace Hopper"),
        Variable("answer", N_("What the agent wrote"), N_("Yes, from nine to one.")),
        Variable("message", N_("What the visitor wrote"), N_("Are you open on Saturday?")),
    ),
    refusable=True,
)
TRANSCRIPT = Kind(
    "transcript",
    N_("Transcript"),
    N_("To a visitor who asks for what was said in a live chat."),
    (
        LIVECHAT_NAME,
        VISITOR_NAME,
        Variable("agent_name", N_("Who answered"), "Grace Hopper"),
        Variable("started_at", N_("When the chat began"), 1_764_000_000_000, Form.MOMENT),
        Variable("transcript", N_("What was said"), N_("Are you open on Saturday?")),
    ),
    refusable=True,
)
LIVECHAT_SUMMARY = Kind(
    "livechat_summary",
    N_("Live chat daily summary"),
    N_("To the administrators who want it, each morning: what came of yesterday's visitors."),
    (
        FULL_NAME,
        Variable("day", N_("Which day it is about"), "2026-11-25"),
        Variable("inquiries", N_("How many visitors asked"), "42"),
        Variable("accepted", N_("How many of them an agent served"), "39"),
        Variable("missed", N_("How many of them nobody served"), "3"),
        Variable("left", N_("How many left a message while nobody could be asked"), "5"),
        Variable("average_wait", N_("How long they waited on average"), 35, Form.DURATION),
        Variable(
            "longest_usual_wait", N_("Nine of ten waited no longer than this"), 80, Form.DURATION
        ),
        Variable(
            "first_response", N_("How long it took to an agent's first words"), 50, Form.DURATION
        ),
        Variable("handling", N_("How long a chat took on average"), 420, Form.DURATION),
        Variable("rating", N_("What visitors thought of it"), "4.6 / 5", empty="-"),
        _link(N_("Opens the statistics"), "/admin/#/livechat-report"),
    ),
    life_s=24 * HOUR_S,
    refusable=True,
)
WELCOME = Kind(
    "welcome",
    N_("Welcome"),
    N_("To a new user, who sets a password by its link."),
    (
        FULL_NAME,
        USER_NAME,
        EXTENSION,
        _link(N_("Where the user sets a password"), "/wave/", secret=True),
        VALID_FOR,
    ),
)
PASSWORD_RESET = Kind(
    "password_reset",
    N_("Password reset"),
    N_("To a user who has forgotten the password."),
    (
        FULL_NAME,
        USER_NAME,
        _link(N_("Where the user sets a new password"), "/wave/", secret=True),
        Variable("valid_for", VALID_FOR.description, HOUR_S, Form.DURATION),
    ),
    life_s=HOUR_S,  # afterwards its link opens nothing
)
INACTIVE_USER = Kind(
    "inactive_user",
    N_("New messages for an inactive user"),
    N_("To a user who has not opened Wave for a week and got new messages."),
    (
        FULL_NAME,
        EXTENSION,
        Variable("unread", N_("How many messages are unread"), 3, Form.MESSAGES),
        Variable("last_seen", N_("When the user was last in Wave"), 1_764_000_000_000, Form.MOMENT),
        _link(N_("Opens Wave"), "/wave/"),
    ),
    refusable=True,
)
LOST_REGISTRATION = Kind(
    "lost_registration",
    N_("SIP Lost Registration"),
    N_("To the warning contacts when a phone's registration ended without its signing off."),
    (
        Variable("extension", N_("The extension whose phone is gone"), "1002"),
        Variable("address", N_("The phone's IP address"), "192.0.2.10"),
        Variable("device", N_("What the phone calls itself"), "Grandstream GRP2614 1.0.10.7"),
        Variable("lost_at", N_("When its registration ended"), 1_764_000_000_000, Form.MOMENT),
    ),
    life_s=24 * HOUR_S,
)
EMERGENCY_CALL = Kind(
    "emergency_call",
    N_("Emergency Calls"),
    N_("To the warning contacts when an extension calls an emergency number."),
    (
        Variable("extension", N_("The extension that calls"), "1002"),
        Variable("caller_name", N_("What its user is called"), "Ada Lovelace"),
        Variable("emergency", N_("Whom it calls"), N_("Police")),
        Variable("number", N_("The number that is called"), "110"),
        Variable("location", N_("Where that is, as the emergency number says"), "Main Street 1"),
        Variable("called_at", N_("When it was called"), 1_764_000_000_000, Form.MOMENT),
    ),
    life_s=24 * HOUR_S,
)
_TRUNK = Variable("trunk", N_("The trunk's name"), N_("City Line"))
_TO_TRUNKS = _link(N_("Opens the trunks in the administration"), "/admin/#/trunks")
TRUNK_STATUS = Kind(
    "trunk_status",
    N_("SIP Trunk Status"),
    N_("To the warning contacts when a trunk cannot be used, and when it works again."),
    (
        _TRUNK,
        Variable("working", N_("1 if it works again"), ""),
        Variable("answer", N_("What the provider answered, if it did"), "403"),
        Variable("changed_at", N_("When"), 1_764_000_000_000, Form.MOMENT),
        _TO_TRUNKS,
    ),
    life_s=24 * HOUR_S,
)
TRUNK_LOAD = Kind(
    "trunk_load",
    N_("Trunk Concurrent Calls"),
    N_("To the warning contacts when more calls go by a trunk at once than its threshold."),
    (
        _TRUNK,
        Variable("calls", N_("How many calls there were"), 31),
        Variable("threshold", N_("From how many on it is told"), 30),
        Variable("crowded_at", N_("When"), 1_764_000_000_000, Form.MOMENT),
        _TO_TRUNKS,
    ),
    life_s=24 * HOUR_S,
)
TRUNK_USAGE = Kind(
    "trunk_usage",
    N_("Trunk Outbound Call Duration Usage"),
    N_("To the warning contacts when calls out by a trunk have lasted longer than its threshold."),
    (
        _TRUNK,
        Variable("minutes", N_("How many minutes they have lasted"), 901),
        Variable("threshold", N_("From how many on it is told"), 900),
        Variable("used_at", N_("When"), 1_764_000_000_000, Form.MOMENT),
        _TO_TRUNKS,
    ),
    life_s=24 * HOUR_S,
)
STORAGE_SWITCHED = Kind(
    "storage_switched",
    N_("Switching File Storage Path"),
    N_("To the warning contacts when recordings go to another place than before."),
    (
        Variable("old", N_("Where they went"), "/var/lib/engage/recordings"),
        Variable("new", N_("Where they go"), "/mnt/nas/recordings"),
        Variable("reason", N_("Why, if something failed"), "No such file or directory"),
        Variable("switched_at", N_("When"), 1_764_000_000_000, Form.MOMENT),
    ),
    life_s=24 * HOUR_S,
)
WEBHOOK_OFF = Kind(
    "webhook_off",
    N_("Webhook switched off"),
    N_("To the warning contacts when a webhook or a bot has failed for so long that it is off."),
    (
        Variable("webhook", N_("The webhook's name"), N_("Shop")),
        Variable("host", N_("Where it sends to"), "hooks.example.com"),
        Variable("answer", N_("What was answered last"), "503"),
        Variable("failing_since", N_("Since when it has failed"), 1_764_000_000_000, Form.MOMENT),
        _link(N_("Opens the webhooks in the administration"), "/admin/#/webhooks"),
    ),
)
VOICE_MESSAGE = Kind(
    "voice_message",
    N_("Voicemail"),
    N_("To the owner of a mailbox when somebody has left a message."),
    (
        FULL_NAME,
        EXTENSION,
        Variable(
            "caller", N_("The caller's number"), "+44 20 7946 0018", empty=N_("an unknown caller")
        ),
        Variable("caller_name", N_("What the caller is called"), "Ada Lovelace"),
        Variable("length", N_("How long the message is"), 42, Form.DURATION),
        Variable("received_at", N_("When it was left"), 1_764_000_000_000, Form.MOMENT),
        _link(N_("Opens the mailbox in Wave"), "/wave/"),
        Variable("sound", N_("The recording, where it is attached"), "message.wav", Form.SOUND),
    ),
)
FAX_RECEIVED = Kind(
    "fax_received",
    N_("Fax"),
    N_("To whom a fax is for, with its pages as a PDF file."),
    (
        FULL_NAME,
        Variable("extension", N_("The number it was sent to"), "7200"),
        Variable(
            "caller", N_("The sender's number"), "+44 20 7946 0018", empty=N_("an unknown sender")
        ),
        Variable("caller_name", N_("What the sender is called"), "Ada Lovelace"),
        Variable("pages", N_("How many pages there are"), 2),
        Variable("received_at", N_("When it came"), 1_764_000_000_000, Form.MOMENT),
        Variable("incomplete", N_("1 if the line broke before the last page"), ""),
        Variable("fax", N_("The pages"), "fax.tif", Form.FAX),
    ),
)
MISSED_CALL = Kind(
    "missed_call",
    N_("Missed calls"),
    N_("To an extension's user who wants it, when nobody has answered a call."),
    (
        FULL_NAME,
        EXTENSION,
        Variable(
            "caller", N_("The caller's number"), "+44 20 7946 0018", empty=N_("an unknown caller")
        ),
        Variable("caller_name", N_("What the caller is called"), "Ada Lovelace"),
        Variable("called_at", N_("When it was"), 1_764_000_000_000, Form.MOMENT),
        _link(N_("Opens the calls in Wave"), "/wave/"),
    ),
    refusable=True,
)
QUEUE_REPORT = Kind(
    "queue_report",
    N_("Queue report"),
    N_("To those who are sent a report about queues by themselves or at once."),
    (
        Variable("report_name", N_("What the report is called"), N_("Support, every week")),
        Variable("queues", N_("The queues it is about"), "6500, 6510", empty=N_("all queues")),
        Variable("first_day", N_("Its first day"), "2026-11-16"),
        Variable("last_day", N_("Its last day"), "2026-11-22"),
        Variable("csv", N_("The CSV file, where it is attached"), "report.csv", Form.FILE),
        Variable("xlsx", N_("The XLSX file, where it is attached"), "report.xlsx", Form.FILE),
        _link(N_("Opens the statistics in the administration"), "/admin/"),
    ),
    refusable=True,
)
TEST = Kind(
    "test",
    N_("Test email"),
    N_("To any address, from the page of the email settings."),
    (Variable("sent_by", N_("Who asked for it"), "admin"),),
    life_s=HOUR_S,
)

KINDS: dict[str, Kind] = {
    each.name: each
    for each in (
        WAITING_INQUIRY,
        OFFLINE_MESSAGE,
        LIVECHAT_REPLY,
        TRANSCRIPT,
        LIVECHAT_SUMMARY,
        WELCOME,
        PASSWORD_RESET,
        INACTIVE_USER,
        LOST_REGISTRATION,
        EMERGENCY_CALL,
        TRUNK_STATUS,
        TRUNK_LOAD,
        TRUNK_USAGE,
        STORAGE_SWITCHED,
        WEBHOOK_OFF,
        VOICE_MESSAGE,
        FAX_RECEIVED,
        MISSED_CALL,
        QUEUE_REPORT,
        TEST,
    )
}
