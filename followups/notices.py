"""What staff are told. Fixed words, an opaque key, a link behind sign-in: never a client, never free text.

A call for help names the colleague and the site in a mail, and not the room: that is what somebody typed. What lights
up on a locked screen names nobody. A digest holds numbers.
"""

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from followups import clock, digests, draft_notices, emergency_notices
from followups.models import Delivery
from protocols.signals import POLICY, PROTOCOL, WORD_LIST

Kind = Delivery.Kind


@dataclass(frozen=True)
class Notice:
    """The subject; what the mail says; what a device shows below the subject; and the page it leads to."""

    subject: str
    body: str
    on_device: str = _("Open Doorway.")
    path: str = "/follow-ups/"


DUE = Notice(_("A follow-up is due"), _("A follow-up is due. Open Doorway: {address}\n"))
UNANSWERED = Notice(
    _("A follow-up needs you now"),
    _("A follow-up is due and nobody has said that they are on it. It needs you now. Open Doorway: {address}\n"),
    _("Nobody has said that they are on it. Open Doorway."),
)
HELP = Notice(
    _("A colleague asks for help now"),
    _("{name} at {site} asks for help now. Say that you are coming: {address}\n"),
    _("Open Doorway and say that you are coming."),
    "/help/",
)
DIGEST = Notice(
    _("Your follow-ups today"),
    _("Late: {late}\nDue today: {today}\nIn the seven days after: {week}\n\nOpen Doorway: {address}\n"),
    _("Late: {late}. Due today: {today}. In the seven days after: {week}."),
)
SECOND = Notice(
    _("A colleague needs a second person"),
    _("A colleague asks for a second person. Read what they ask and answer it: {address}\n"),
    _("Open Doorway and read what a colleague asks."),
    "/follow-ups/waiting/",
)
REVIEW = Notice(
    _("A report waits for review"),
    _("A report waits for its review and is past its time. Open Doorway: {address}\n"),
    _("It is past its time. Open Doorway."),
    "/review/",
)
EMERGENCY = Notice(
    _("A record was opened in an emergency"),
    _("A colleague opened a record that is not theirs, in an emergency. Look at it: {address}\n"),
    _("A colleague opened a record in an emergency. Open Doorway and look at it."),
    "/emergency/reviews/",
)
NO_OFFICER = Notice(
    _("A record was opened in an emergency"),
    _(
        "A colleague opened a record in an emergency, and there is no privacy officer who could look at it. "
        "Name one. Doorway: {address}\n"
    ),
    _("There is no privacy officer who could look at it. Name one."),
    "/",
)
NOT_SENT = Notice(
    _("Somebody could not be told"),
    _("Somebody could not be told that something is due. Open Doorway and see to it: {address}\n"),
    _("Open Doorway and see to it."),
)
DRAFT_WAITS = Notice(
    _("A draft waits for a clinical lead"),
    _("A colleague has sent a draft for a clinical lead to read. Read it and decide: {address}\n"),
    _("Open Doorway and read what a colleague has sent."),
)
DRAFT_ANSWERED = Notice(
    _("Your draft was answered"),
    _("A colleague has published your draft or given it back to you. See what they decided: {address}\n"),
    _("Open Doorway and see what was decided."),
)
#: Where drafts of each kind are listed.
LISTS = {PROTOCOL: "/steps/versions/", POLICY: "/follow-ups/policies/", WORD_LIST: "/wording/"}
CANARY = Notice(
    _("Doorway sends messages"), _("This message only shows that messages go out. Nothing is to be done.\n")
)
FIXED = {Kind.HELP: HELP, Kind.DIGEST: DIGEST, Kind.SECOND: SECOND, Kind.REVIEW: REVIEW}
FIXED |= {Kind.NOT_SENT: NOT_SENT, Kind.CANARY: CANARY, Kind.EMERGENCY: EMERGENCY}
REPEAT = gettext_noop("You may have had this message before.\n")

SUBJECT, HELP_SUBJECT = DUE.subject, HELP.subject


def opaque(delivery):
    """A name for the delivery that says nothing about it, the same at every try."""
    return hashlib.sha256(f"{settings.SECRET_KEY}:{delivery.key}".encode()).hexdigest()[:32]


def notice_of(delivery):
    """Which of the fixed notices it is."""
    if delivery.kind == Kind.REMINDER:
        return UNANSWERED if delivery.reminder.step else DUE
    if delivery.kind == Kind.EMERGENCY and emergency_notices.lacks_officer(delivery):
        return NO_OFFICER
    if delivery.kind == Kind.DRAFT:
        return DRAFT_WAITS if draft_notices.parts_of(delivery)[0] == draft_notices.WAITS else DRAFT_ANSWERED
    return FIXED[delivery.kind]


def facts_of(delivery):
    """What fills the gaps of its notice: names of staff and of a site, or numbers."""
    if delivery.kind == Kind.HELP:
        return {"name": delivery.help_call.by.name, "site": delivery.help_call.site.name}
    if delivery.kind == Kind.DIGEST:
        return digests.counts_of(delivery.recipient, now=clock.now())
    return {}


def path_of(delivery):
    """Where it leads: a supervisor to what could not be sent, whoever else is told to their own list."""
    if delivery.kind == Kind.DRAFT:
        return LISTS[draft_notices.parts_of(delivery)[1]]
    is_for_the_list = delivery.kind == Kind.NOT_SENT and delivery.recipient.is_supervisor
    return "/follow-ups/not-sent/" if is_for_the_list else notice_of(delivery).path


def in_the_language_of(person):
    """Words are those of `person`, who may be nobody: whatever language the program that sends them speaks."""
    return translation.override((person and person.language) or settings.LANGUAGE_CODE)


def email_for(delivery, *, connection):
    """The mail of a delivery. Each try carries the same Message-ID, so that a mailbox can see a repeat."""
    key, notice = opaque(delivery), notice_of(delivery)
    facts = {"address": f"{settings.PUBLIC_URL}{path_of(delivery)}", **facts_of(delivery)}
    with in_the_language_of(delivery.recipient):
        subject, body, repeat = str(notice.subject), str(notice.body).format(**facts), gettext(REPEAT)
    return EmailMessage(
        subject=subject,
        body=body + repeat if delivery.may_be_repeat else body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[delivery.recipient.email if delivery.recipient else settings.CANARY_ADDRESS],
        headers={"Message-ID": f"<{key}@doorway>", "X-Delivery-Key": key},
        connection=connection,
    )


def push_for(delivery):
    """What a device shows. The same tag at every try: a repeat takes the place of what it repeats."""
    notice, facts = notice_of(delivery), facts_of(delivery)
    with in_the_language_of(delivery.recipient):
        title, body, repeat = str(notice.subject), str(notice.on_device).format(**facts), gettext(REPEAT)
    if delivery.may_be_repeat:
        body = f"{body} {repeat.strip()}"
    return {"title": title, "body": body, "path": path_of(delivery), "tag": opaque(delivery)}
