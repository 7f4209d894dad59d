"""A letter to somebody who could not be reached, or who asked for no contact. A person prints it, signs it, sends it.

It names no condition. It names the clinic only where the client's permission for letters says so, and resources by
name only without limits: a name can say what it is for. Otherwise numbers stand alone.
"""

from dataclasses import dataclass
from functools import cached_property

from accounts.models import User
from followups import contact_permissions, situations
from followups.models import FollowUp, LetterKind, Situation
from followups.ready_words import NAMES_PRACTICE, first_name
from resources import crisis, snapshots
from resources.emergency import Emergency
from resources.subjects import SPECIAL, is_unsafe_if_found
from sessions_app.models import Channel, ContactPermission, DepartureEvent

CAN_BE_DIALLED = {"voice", "sms"}
MOST = 3
Scope = ContactPermission.Scope


@dataclass(frozen=True)
class Letter:
    """What is printed. `is_closing`: the client asked for no contact, and this is the last they hear. `has_ended`:
    they ended the work, and this closes it with an open door.
    """

    departure: DepartureEvent
    by: User
    permission: ContactPermission
    is_closing: bool
    has_ended: bool = False

    @property
    def kind(self):
        return LetterKind.CLOSING if self.is_closing or self.has_ended else LetterKind.STATUS

    @property
    def greeted(self):
        return self.departure.client.preferred_name

    @property
    def signed(self):
        return first_name(self.by)

    @property
    def practice(self):
        return self.departure.site.name if self.permission.scope in NAMES_PRACTICE else ""

    @cached_property
    def lines(self):
        """Where to turn, as (name or empty, words): what was given at the door if it may be named, else crisis lines
        for everybody.
        """
        return self.referrals or self.crisis_lines

    @cached_property
    def referrals(self):
        """What was given at the door, where it may be named and found; newest last, each once."""
        if not self.may_name_others:
            return []
        taken = self.departure.given_resources.select_related("resource").exclude(taken="no")
        given = [each.snapshot for each in taken if may_be_found_at_home(each)]
        lines = [(each["name"], [contact["words"] for contact in each["contacts"]]) for each in given]
        return list({name: (name, words) for name, words in lines}.values())[:MOST]

    @property
    def may_name_others(self):
        return self.permission.scope == Scope.FULL

    @cached_property
    def crisis_lines(self):
        """Numbers for everybody who needs somebody at once; named only without limits."""
        country = self.departure.country
        numbers = [
            each for each in crisis.numbers_to_call(country)[country] if not set(each.resource.categories) & {*SPECIAL}
        ]
        return [(each.resource.name if self.may_name_others else "", [str(each.words)]) for each in numbers]

    @cached_property
    def emergency_numbers(self):
        return Emergency(self.departure.country, site=self.departure.site).numbers


def may_be_found_at_home(given):
    """Whether a letter may name it: never what is not safe at home, and what may be unsafe only after a clear yes."""
    if given.safe_at_home == given.Safe.YES:
        return True
    is_risky = is_unsafe_if_found(snapshots.read(given.snapshot)["categories"] or given.resource.categories)
    return given.safe_at_home != given.Safe.NO and not is_risky


def promise_for(departure):
    """The follow-up that a letter belongs to: one that was to be a letter, else what is open, else the last one."""
    rows = list(departure.follow_ups.exclude(state=FollowUp.State.REPLACED).order_by("due_at", "pk"))
    return max(rows, key=lambda each: (each.is_open, each.channel == Channel.LETTER, -each.position), default=None)


def letter_of(departure, *, by, gate=None):
    """The letter that may be written to this client now, or None where the client has not said yes to letters.

    Where they asked for no contact it is a closing letter, and only because they had allowed letters before.
    """
    gate = gate or contact_permissions.gate_of(departure)
    passage = gate.of(Channel.LETTER)
    is_closing = passage.refusal == contact_permissions.Why.NO_CONTACT
    if not (passage.is_permitted or (is_closing and passage.was_allowed)):
        return None
    has_ended = Situation.ENDED_BY_CLIENT in situations.of(departure)
    return Letter(departure, by, passage.permission, is_closing, has_ended)
