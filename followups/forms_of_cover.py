"""Putting off, being away, and the rota."""

from datetime import timedelta

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.supervision import answers_for
from followups import absences
from followups.models import Absence
from sessions_app.forms.when import WhenField

LONGEST = timedelta(days=366)


class SnoozeForm(forms.Form):
    minutes = forms.IntegerField(min_value=1, max_value=100_000, required=False)


def named(field, people):
    field.queryset = people.order_by("name", "pk")
    field.label_from_instance = lambda person: person.name


class AbsenceForm(forms.Form):
    """Who is away, from when to when, who covers, and what they need to know."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("Who is away?"), empty_label=None)
    starts_on = forms.DateField(label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    ends_on = forms.DateField(label=_("Last day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    cover = forms.ModelChoiceField(
        User.objects.none(), label=_("Who covers?"), error_messages={"required": _("Choose who covers.")}
    )
    note = forms.CharField(
        label=_("Hand-off note"),
        help_text=_("Only who covers and supervisors read it here. It goes into no message."),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say in a few words what they need to know.")},
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        named(self.fields["person"], User.objects.filter(Q(pk=user.pk) | Q(pk__in=answers_for(user)), is_active=True))
        clinical = User.objects.filter(roles__overlap=[Role.THERAPIST, Role.SUPERVISOR], is_active=True)
        named(self.fields["cover"], clinical)

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        if not data["starts_on"] <= data["ends_on"] < data["starts_on"] + LONGEST:
            self.add_error("ends_on", _("The last day comes after the first, within a year."))
        if data["cover"] == data["person"]:
            self.add_error("cover", _("Nobody covers for themselves."))
        elif data["person"].is_supervisor and not data["cover"].is_supervisor:
            self.add_error("cover", _("A supervisor is covered by a supervisor: the reviews go there too."))
        elif not self.errors and self.is_anybody_missing(data):
            self.add_error(
                "cover", _("One of the two is already away in these days. Choose other days or another cover.")
            )
        return data

    def is_anybody_missing(self, data):
        wanted = Absence(**{name: data[name] for name in ("person", "starts_on", "ends_on")})
        wanted.time_zone = str(data["person"].zone)
        wanted.compute()
        people = [data["person"], data["cover"]]
        return absences.clashes(people=people, start=wanted.starts_at, end=wanted.ends_at).exists()


class ShiftForm(forms.Form):
    """One shift of the rota, in the wall time of the person who enters it."""

    person = forms.ModelChoiceField(
        User.objects.none(), label=_("Who is on call?"), error_messages={"required": _("Choose who is on call.")}
    )
    starts_at = WhenField(label=_("From"), error_messages={"required": _("Give the day and the time.")})
    ends_at = WhenField(label=_("Until"), error_messages={"required": _("Give the day and the time.")})

    def __init__(self, *args, site, **kwargs):
        super().__init__(*args, **kwargs)
        clinical = User.objects.filter(roles__overlap=[Role.THERAPIST, Role.SUPERVISOR], is_active=True)
        named(self.fields["person"], clinical.filter(team__site=site))

    def clean(self):
        data = super().clean()
        if data.get("starts_at") and data.get("ends_at"):
            if not data["starts_at"] < data["ends_at"] <= data["starts_at"] + timedelta(days=31):
                self.add_error("ends_at", _("It ends after it begins, within a month."))
            elif data["ends_at"] <= timezone.now():
                self.add_error("ends_at", _("Give a time that lies ahead."))
        return data
