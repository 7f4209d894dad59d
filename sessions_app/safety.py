"""What the safety panel of a departure says: whom to call from here, and what this setting asks for."""

from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import SiteRule
from accounts.supervision import supervisors_of
from protocols.models import Setting
from resources import crisis
from resources.emergency import Emergency
from sessions_app import captures, help_calls
from sessions_app.models import ResponseLevel

Topic = SiteRule.Topic
DANGERS = {"self_harm", "harm_to_others", "harm_from_others"}


class SafetyPanel:
    """Everything is asked for when it is shown, and once: most fragments of the page show none of it."""

    def __init__(self, departure, *, reader):
        self.departure, self.reader = departure, reader

    @cached_property
    def emergency(self):
        chosen = getattr(self.departure, "number_there", None)  # read along by `for_page`
        return Emergency(self.departure.country, site=self.departure.site, chosen=chosen)

    @cached_property
    def lines(self):
        """Crisis lines of the directory for where the client is and for where the reader is, by country."""
        return crisis.numbers_to_call(self.departure.country, self.reader.site.country)

    @property
    def crisis_lines(self):
        """Those of the place where the client is."""
        return self.lines[self.departure.country]

    @cached_property
    def supervisors(self):
        return [person for person in supervisors_of(self.departure.therapist) if person.phone]

    @cached_property
    def help_call(self):
        """The reader's own call for help, if one is open."""
        return help_calls.open_of(self.reader)

    @property
    def help_known(self):
        """The state of that call which the page shows."""
        return help_calls.mark_of([self.help_call]) if self.help_call else ""

    @cached_property
    def noted(self):
        """What was noted so far, as {name: value}."""
        return captures.values(self.departure)

    @property
    def words(self):
        """What this setting asks for, in the order of urgency."""
        departure, setting = self.departure, self.departure.setting
        if departure.is_remote:
            yield _("Help has to go to where the client is. Say the address aloud and check it.")
        if departure.is_home_visit:
            yield _("You are a guest here. If you feel unsafe, leave first and call from outside.")
        if Setting.MINOR in setting:
            yield _("Tell the adult in charge at once.")
        if Setting.COUPLE_OR_FAMILY in setting:
            yield _("Ask each person alone. Fear of somebody is never a question in front of them.")
        if departure.is_of_a_group and (count := departure.others):
            yield ngettext(
                "%(count)s other is in the session. One leader stays with them.",
                "%(count)s others are in the session. One leader stays with them.",
                count,
            ) % {"count": count}

    @property
    def is_of_a_minor(self):
        return Setting.MINOR in self.departure.setting

    @property
    def untold_since(self):
        """Since when a young person is away and no adult in charge is noted as told; None when there is no such."""
        is_away = self.departure.ended_at and self.departure.has_happened
        if self.is_of_a_minor and is_away and self.noted.get("guardian-told") != "yes":
            return self.departure.ended_at
        return None

    @property
    def topics(self):
        """Topics on which a site has rules of its own that matter now, as far as a person has said so."""
        concerns = set(self.noted.get("concerns", []))
        if is_impaired_driving(self.noted):
            yield Topic.IMPAIRED_DRIVING
        if self.departure.response_level == ResponseLevel.IMMEDIATE or concerns & DANGERS:
            yield Topic.DANGER
        if self.is_of_a_minor:
            yield Topic.MINOR

    @cached_property
    def rules(self):
        """The cards to read before telling anybody outside, as (topic, rule or None where the site has none)."""
        topics = list(self.topics)
        if not topics:
            return []
        known = {rule.topic: rule for rule in SiteRule.objects.filter(site=self.departure.site_id)}
        return [(topic, known.get(topic)) for topic in topics]


def is_impaired_driving(noted):
    """Whether a person noted it, as a concern or as what they saw."""
    is_seen = noted.get("left-how") == "driving" and noted.get("impairment-seen") == "yes"
    return is_seen or "impaired_driving" in noted.get("concerns", [])
