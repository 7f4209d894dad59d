"""What may be written into a draft of a policy, and what a dry run asks."""

import zoneinfo
from datetime import datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from followups import client_zones, due_times, ladders
from followups.models import PolicyEscalation, PolicyOverlay, Situation, Told
from followups.models.policy import Owner, Rolls
from followups.policy_words import WORDS
from resources.places import is_country
from sessions_app.models import Channel, ResponseLevel

UNITS = [
    ("1", _("in minutes")),
    ("60", _("in hours")),
    ("1440", _("in days")),
]
LONGEST = timedelta(days=366)
MOST_WORKING_DAYS = 15  # until the next person is told
#: Situations that change the tasks of a plan; the others are rules, which another part of Doorway keeps.
WITH_TASKS = [
    Situation.REMOTE_DROPPED,
    Situation.MINOR,
    Situation.MINOR_ALONE,
    Situation.COUPLE_OR_FAMILY,
    Situation.GROUP,
    Situation.IMPAIRED_DRIVING,
    Situation.ENDED_BY_CLIENT,
    Situation.UNCLEAR,
    Situation.TRANSFERRING,
    Situation.CONTINUING,
    Situation.NO_CONTACT,
]


def in_units(minutes, units=(1440, 60)):
    """(amount, unit) as one would say it: 2 days rather than 2880 minutes."""
    unit = next((size for size in units if minutes and minutes % size == 0), 1)
    return minutes // unit, str(unit)


TIMES = {"after", "unit", "repeat_minutes", "least_days", "least_channels"}


SOURCE = forms.CharField(
    label=_("Source"),
    max_length=160,
    help_text=_("Where the time comes from, or whose choice it is."),
    error_messages={"required": _("Say where the time comes from, or whose choice it is.")},
)


class IsSourced:
    """Where a time comes from is asked for, and asked again where the product's own time becomes another one."""

    def clean_source(self):
        source = self.cleaned_data["source"]
        if source in ladders.sources() | set(WORDS) and TIMES & set(self.changed_data) and self.initial.get("source"):
            raise forms.ValidationError(_("That is where the old time came from. Say whose choice this one is."))
        return source


class RowForm(IsSourced, forms.Form):
    """A task of a draft. Where its time comes from is asked for: a default shows its source."""

    title = forms.CharField(label=_("Task"), max_length=80, error_messages={"required": _("Say what is to be done.")})
    after = forms.IntegerField(label=_("After"), min_value=0, error_messages={"required": _("Give a number.")})
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS)
    rolls = forms.ChoiceField(label=_("Outside working hours"), choices=Rolls.choices)
    owner = forms.ChoiceField(label=_("Owner"), choices=Owner.choices)
    channel = forms.ChoiceField(label=_("How?"), choices=[("", _("Among staff")), *Channel.choices], required=False)
    script = forms.CharField(
        label=_("Words to say"), max_length=240, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    source = SOURCE

    @classmethod
    def of(cls, row, data=None):
        """The form of a row: a rule has no time and no owner, but may have limits; a step tells somebody."""
        if isinstance(row, PolicyEscalation):
            return StepForm(data, step=row)
        is_rule = isinstance(row, PolicyOverlay) and row.effect == PolicyOverlay.Effect.RULE
        form = RuleForm if is_rule else cls
        return form(data, initial=form.read(row))

    @classmethod
    def read(cls, row):
        after, unit = in_units(row.after_minutes)
        names = ("title", "rolls", "owner", "channel", "script", "source")
        return {"after": after, "unit": unit, **{name: getattr(row, name) for name in names}}

    def clean(self):
        data = super().clean()
        after, unit = data.pop("after", None), data.pop("unit", None)
        if after is not None and unit:
            data["after_minutes"] = after * int(unit)
            if data["after_minutes"] > LONGEST.total_seconds() / 60:
                self.add_error("after", _("That is more than a year."))
        return data


class RuleForm(IsSourced, forms.Form):
    """A rule of a draft, with its limits where it has some."""

    title = forms.CharField(label=_("Rule"), max_length=80, error_messages={"required": _("Say what the rule is.")})
    least_days = forms.IntegerField(label=_("On at least so many days"), min_value=1, max_value=30, required=False)
    least_channels = forms.IntegerField(
        label=_("On at least so many channels"), min_value=1, max_value=5, required=False
    )
    source = SOURCE

    @classmethod
    def read(cls, row):
        return {name: getattr(row, name) for name in cls.base_fields}


class StepForm(IsSourced, forms.Form):
    """A step of the ladder: who is told when nobody answers, and how long after the due time."""

    WORKING_DAYS = "working_days"
    told = forms.ChoiceField(label=_("Who is told"), choices=Told.choices)
    after = forms.IntegerField(label=_("After"), min_value=1, error_messages={"required": _("Give a number.")})
    unit = forms.ChoiceField(label=_("Unit"), choices=[*UNITS[:2], (WORKING_DAYS, _("in working days"))])
    repeat_minutes = forms.IntegerField(
        label=_("Again after, in minutes"), min_value=5, max_value=1440, required=False, help_text=_("Empty: once.")
    )
    source = SOURCE

    def __init__(self, data=None, *, step):
        self.step = step
        is_in_days = step.after_working_days > 0
        after, unit = (
            (step.after_working_days, self.WORKING_DAYS) if is_in_days else in_units(step.after_minutes, (60,))
        )
        facts = {"told": step.told, "repeat_minutes": step.repeat_minutes or None, "source": step.source}
        super().__init__(data, initial={"after": after, "unit": unit, **facts})

    def clean_told(self):
        told, step = self.cleaned_data["told"], self.step
        beside = step.policy.escalations.filter(response_level=step.response_level, step=step.step, told=told)
        if beside.exclude(pk=step.pk).exists():
            raise forms.ValidationError(_("This step tells them already."))
        return told

    def clean(self):
        data = super().clean()
        after, unit = data.pop("after", 0) or 0, data.pop("unit", "")
        is_in_days = unit == self.WORKING_DAYS
        data["after_working_days"] = after if is_in_days else 0
        data["after_minutes"] = 0 if is_in_days else after * int(unit or 0)
        data["repeat_minutes"] = data.get("repeat_minutes") or 0
        if data["after_working_days"] > MOST_WORKING_DAYS or data["after_minutes"] > MOST_WORKING_DAYS * 1440:
            self.add_error("after", _("That is too long for somebody to wait."))
        return data


class DryRunForm(forms.Form):
    """Level, situation, place and moment. What is left out is filled in: a dry run never fails for want of a field."""

    level = forms.ChoiceField(label=_("Level"), choices=ResponseLevel.choices)
    situations = forms.MultipleChoiceField(
        label=_("Situation"),
        choices=[(each, each.label) for each in WITH_TASKS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), empty_label=None)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    time = forms.TimeField(label=_("Time at the site"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    country = forms.CharField(
        label=_("Country the client is in"),
        max_length=2,
        required=False,
        help_text=_("Two letters, such as US or GB. Empty means: the country of your site."),
    )

    def __init__(self, data=None, *, reader, **kwargs):
        now = timezone.now().astimezone(reader.site.zone)
        usual = {"level": ResponseLevel.ELEVATED, "site": reader.site, "day": now.date(), "time": now.time()}
        super().__init__(data, initial=usual, **kwargs)
        self.fields["site"].queryset = Site.objects.order_by("name")
        self.fields["site"].label_from_instance = lambda site: site.name

    def clean_country(self):
        code = self.cleaned_data["country"].upper()
        code = "GB" if code == "UK" else code
        if code and not is_country(code):
            raise forms.ValidationError(_("There is no such country. Give its two letters, such as US or GB."))
        return code

    def clean_day(self):
        """Far enough for every question, and never so far that no calendar has it."""
        day = self.cleaned_data["day"]
        if abs(day - timezone.localdate()) > timedelta(days=3660):
            raise forms.ValidationError(_("Give a day within ten years."))
        return day

    def asked(self):
        """What `dry_run.timeline` takes. Call after `is_valid()`."""
        data, site = self.cleaned_data, self.cleaned_data["site"]
        at = due_times.instant(data["day"], data["time"], site.zone)
        return {
            "level": data["level"],
            "present": data["situations"],
            "at": at,
            "site": site,
            "client_zone": self.zone_there(at, site),
        }

    def zone_there(self, at: datetime, site):
        country = self.cleaned_data["country"]
        zone = client_zones.zone_in(country, at) if country and country != site.country else None
        return zone if zone != zoneinfo.ZoneInfo(site.time_zone) else None
