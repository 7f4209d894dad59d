"""What stands between a therapist and a channel: what the client allowed, at which hours, and who else would hear it.

The gate is asked before a contact, by the page that shows it, and again when an attempt is written down.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import phonenumbers
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from followups import client_zones, due_times, overrides
from sessions_app import no_contact
from sessions_app.models import Channel, Composition, ContactPermission

HEARD_BY_OTHERS = [Channel.PHONE, Channel.VOICEMAIL, Channel.TEXT]
Scope = ContactPermission.Scope


class Answer(StrEnum):
    ALLOWED = "allowed"
    WITHIN_LIMITS = "within_limits"
    REFUSED = "refused"


class Why(StrEnum):
    """What refuses a channel. Of several the first stands on the page."""

    NO_CONTACT = "no_contact"
    NOT_ALLOWED = "not_allowed"
    HEARD_BY_OTHERS = "heard_by_others"
    HOURS = "hours"


@dataclass(frozen=True)
class Passage:
    """What the gate says of one channel at one moment.

    `from_when` (UTC) is when it opens again, where time alone will do it. `is_overridden`: two people put aside what
    the client asked, because somebody's life or health is in danger now.
    """

    channel: Channel
    permission: ContactPermission | None = None
    refusal: Why | None = None
    from_when: datetime | None = None
    zone: ZoneInfo | None = None
    is_overridden: bool = False

    @property
    def is_refused(self):
        return self.refusal is not None

    @property
    def was_asked(self):
        """Whether the client was asked about this channel at all."""
        return self.permission is not None

    @property
    def has_hours(self):
        """Whether the client gave hours for this channel."""
        return self.permission is not None and bool(self.permission.safe_hours)

    @property
    def is_permitted(self):
        """Whether the client said yes to this channel, and nothing but the hour stands against it."""
        return self.refusal in (None, Why.HOURS) and self.was_allowed

    @property
    def was_allowed(self):
        """Whether the client once said yes to this channel, whatever they asked for since."""
        return self.permission is not None and self.permission.is_allowed

    @property
    def scope(self):
        """How much may be said. Where it was not asked, or two people put a no aside: as little as there is."""
        if self.is_refused:
            return Scope.NONE
        if self.is_overridden or not self.was_allowed:
            return Scope.CALL_BACK_ONLY
        return Scope(self.permission.scope)

    @property
    def answer(self):
        if self.is_refused:
            return Answer.REFUSED
        return Answer.ALLOWED if self.scope == Scope.FULL else Answer.WITHIN_LIMITS

    @property
    def why(self):
        """Why it is refused, in the language of the page; empty where it is not."""
        if self.refusal is None:
            return ""
        return {
            Why.NO_CONTACT: _("The client asked for no contact."),
            Why.NOT_ALLOWED: _("The client did not allow this channel."),
            Why.HEARD_BY_OTHERS: _("No voicemail: somebody of this couple or family may hear it."),
            Why.HOURS: self.outside_hours,
        }[self.refusal]

    @property
    def outside_hours(self):
        if self.from_when is None:
            return ""
        again = date_format(self.from_when.astimezone(self.zone), "D j M H:i")
        facts = {"hours": self.permission.safe_hours, "again": again}
        return _("Now is outside the hours they gave (%(hours)s, their time). Allowed again %(again)s.") % facts


@dataclass(frozen=True)
class Gate:
    """All that decides, read once: it answers for `at`, and for any other moment one thinks of trying."""

    at: datetime
    zone: ZoneInfo
    permissions: dict
    has_asked_for_none: bool
    is_voicemail_shared: bool
    overridden: frozenset

    def __iter__(self):
        """The passages of now, in the order of `Channel`."""
        return (self.of(channel) for channel in Channel)

    def of(self, channel, *, at=None):
        at, permission = at or self.at, self.permissions.get(channel)
        refusal = self.refusal(channel, at)
        is_put_aside = refusal is not None and self.may_be_put_aside(channel) and channel in self.overridden
        again = reopens(permission, at, self.zone) if refusal == Why.HOURS else None
        return Passage(Channel(channel), permission, None if is_put_aside else refusal, again, self.zone, is_put_aside)

    def refusal(self, channel, at):
        permission = self.permissions.get(channel)
        if self.has_asked_for_none:
            return Why.NO_CONTACT
        if permission is not None and not permission.is_allowed:
            return Why.NOT_ALLOWED
        if not self.may_be_put_aside(channel):
            return Why.HEARD_BY_OTHERS
        is_outside = permission is not None and not permission.is_safe_at(at.astimezone(self.zone).time())
        return Why.HOURS if is_outside and channel not in UNHURRIED else None

    def may_be_put_aside(self, channel):
        """Nobody's danger makes a shared voicemail safe: the person to be afraid of may be the one who hears it."""
        return not (channel == Channel.VOICEMAIL and self.is_voicemail_shared)

    @property
    def permitted(self):
        """Channels the client said yes to, without a letter: those on which one may try to reach them."""
        return [each.channel for each in self if each.is_permitted and each.channel != Channel.LETTER]


def gate_of(departure, *, at=None):
    """What is allowed for the client of this departure at that moment (aware; now by default)."""
    rows = list(departure.client.contact_permissions.all()) if departure.client else []
    at = at or timezone.now()
    return Gate(
        at=at,
        zone=client_zones.clock_of(departure, at),
        permissions={each.channel: each for each in rows},
        has_asked_for_none=no_contact.is_asked(departure),
        is_voicemail_shared=is_voicemail_shared(departure, rows),
        overridden=overrides.channels_in_force(departure),
    )


#: A letter is read when it is opened, whatever the hour it is written.
UNHURRIED = {Channel.LETTER}


def reopens(permission, at, zone):
    """The first moment (UTC) after `at` at which the hours they gave begin."""
    today = at.astimezone(zone).date()
    starts = permission.safe_from or datetime.min.time()
    begins = [due_times.instant(today + timedelta(days=each), starts, zone) for each in range(3)]
    return next(each for each in begins if each > at)


def is_voicemail_shared(departure, permissions):
    """Whether another person of a couple or family may hear what is left: always, unless the number is known to be
    this client's alone.

    Source: guidance on couples in which one is afraid of the other; contact is made with each alone.
    """
    if departure.composition not in (Composition.COUPLE, Composition.FAMILY):
        return False
    number = next((each.address for each in permissions if each.channel == Channel.VOICEMAIL), "")
    if not number or not departure.session_id:
        return True
    others = ContactPermission.objects.filter(
        client__therapy_sessions=departure.session_id, channel__in=HEARD_BY_OTHERS
    ).exclude(client=departure.client_id)
    return any(may_be_the_same(number, each.address) for each in others.only("client", "address"))


def may_be_the_same(number, other):
    """Whether two numbers may ring in one place: written the same, or alike as far as they are known."""
    alike = phonenumbers.is_number_match(number, other)
    return number == other or alike not in (phonenumbers.MatchType.NOT_A_NUMBER, phonenumbers.MatchType.NO_MATCH)
