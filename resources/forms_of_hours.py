"""The form in which a person edits opening hours. It works without a script."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from resources import hours_lines
from resources.hours import ALWAYS, CLOSED, UNKNOWN, WEEKLY, Hours, HoursProblem, public_holidays
from resources.wall_times import zone_names

COMMON_ZONES = [
    "Europe/London", "Europe/Dublin", "Europe/Paris", "Europe/Berlin", "Europe/Madrid", "Europe/Amsterdam",
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Toronto",
    "America/Vancouver", "Australia/Sydney", "Australia/Melbourne", "Australia/Perth", "Pacific/Auckland",
    "Asia/Singapore", "Asia/Kolkata", "Africa/Johannesburg",
]  # fmt: skip
KINDS = [
    (UNKNOWN, _("Not known")),
    (ALWAYS, _("All day, every day")),
    (WEEKLY, _("At the times below")),
]
ON_HOLIDAYS = [("", _("Not known: may differ")), (CLOSED, _("Closed"))]
LONGEST = 100_000  # signs: every day of a year may be an exception with a note
LOST_UNLESS_WEEKLY = ["weekly", "exceptions", "valid_from", "valid_to", "holidays"]


def zone_choices(stored=""):
    """Common zones first; one that is stored and no longer known stays in the list, so that it can be seen."""
    known = zone_names()
    more = [] if not stored or stored in known else [(stored, stored)]
    return [
        ("", _("Choose a time zone")),
        (_("Often used"), [(name, name.replace("_", " ")) for name in COMMON_ZONES]),
        (_("All"), [*more, *((name, name.replace("_", " ")) for name in sorted(known - set(COMMON_ZONES)))]),
    ]


class HoursForm(forms.Form):
    """Edits one set of hours. `hours` holds the answer once the form is valid; `hours.as_json()` is what is stored."""

    kind = forms.ChoiceField(label=_("When is it open?"), choices=KINDS, widget=forms.RadioSelect)
    weekly = forms.CharField(
        label=_("Times of the week"),
        required=False,
        max_length=LONGEST,
        help_text=_("A line each, with 24 hours: Mon-Fri 09:00-12:00, 13:00-17:00. Until 02:00 is the next day."),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )
    zone = forms.ChoiceField(label=_("Time zone of the line"), required=False)
    exceptions = forms.CharField(
        label=_("Other times on single days"),
        required=False,
        max_length=LONGEST,
        help_text=_("A line each: 2026-12-25 closed, or 2026-12-24 10:00-14:00. A word in brackets may follow."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    holiday_country = forms.CharField(
        label=_("Country of its public holidays"),
        required=False,
        max_length=6,
        help_text=_("GB, or GB-SCT for a part of it."),
    )
    holidays = forms.ChoiceField(label=_("On public holidays"), required=False, choices=ON_HOLIDAYS)
    valid_from = forms.DateField(
        label=_("First day of these hours"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    valid_to = forms.DateField(
        label=_("Last day of these hours"),
        required=False,
        help_text=_("From the next day on they count as not known."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data=None, *, hours=None, zone="", prefix="hours"):
        """`hours` are those to edit; `zone` is the one to propose where they have none."""
        hours = hours or Hours()
        super().__init__(data, prefix=prefix, initial={**initial(hours), "zone": hours.zone or zone})
        self.hours = hours
        self.fields["zone"].choices = zone_choices(hours.zone)

    def clean_weekly(self):
        return hours_lines.read(self.cleaned_data["weekly"], hours_lines.weekly_line)

    def clean_exceptions(self):
        read = hours_lines.read(self.cleaned_data["exceptions"], hours_lines.exception_line)
        days = [each.on for each in read]
        if twice := next((day for day in days if days.count(day) > 1), None):
            raise ValidationError(_("%(day)s is there twice. Put all its times in one line."), params={"day": twice})
        return read

    def clean_zone(self):
        zone = self.cleaned_data["zone"]
        if zone and zone not in zone_names():
            raise ValidationError(_("This time zone is not known any more. Choose another."))
        return zone

    def clean_holiday_country(self):
        country = self.cleaned_data["holiday_country"].upper()
        if country and public_holidays(country) is None:
            raise ValidationError(_("No public holidays are known for this country. Write GB or GB-SCT."))
        return country

    def clean(self):
        data = super().clean()
        if not self.errors:
            self.refuse_lines_that_would_be_lost(data)
        if not self.errors and data["kind"] == WEEKLY:
            self.read_week(data)
        elif not self.errors:
            self.hours = Hours(data["kind"])
        return data

    def refuse_lines_that_would_be_lost(self, data):
        if data["kind"] == WEEKLY:
            return
        for name in LOST_UNLESS_WEEKLY:
            if data[name]:
                self.add_error(name, _("Choose “At the times below”, or empty this field: it would be lost."))

    def read_week(self, data):
        if not data["zone"]:
            self.add_error("zone", _("Choose the time zone: without it nobody can tell whether the line is open."))
            return
        hours = Hours(
            WEEKLY,
            zone=data["zone"],
            weekly=tuple(sorted({pair for pairs in data["weekly"] for pair in pairs})),
            exceptions=tuple(sorted(data["exceptions"])),
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
            holidays=data["holidays"] or None,
            holiday_country=data["holiday_country"],
        )
        try:
            self.hours = Hours.of(hours.as_json())
        except HoursProblem as problem:
            self.add_error(problem.field if problem.field in self.fields else None, problem.message)


def initial(hours):
    """What the form shows for these hours: reading it again makes the same hours."""
    return {
        "kind": hours.kind,
        "zone": hours.zone,
        "weekly": "\n".join(hours_lines.week_lines(hours)),
        "exceptions": "\n".join(map(hours_lines.exception_as_line, hours.exceptions)),
        "valid_from": hours.valid_from,
        "valid_to": hours.valid_to,
        "holidays": hours.holidays or "",
        "holiday_country": hours.holiday_country,
    }
