"""What a client's page and a session's page accept. Nothing is required but the reference."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from sessions_app.departures import WHEREABOUTS
from sessions_app.forms.departures import ClientsField, WhereFields
from sessions_app.forms.when import WhenField
from sessions_app.models import AgeBand, Channel, Client, Composition, ContactPermission, Format

QUARTER = 15  # minutes
FURTHEST = timedelta(days=366)
NOT_ASKED = _("Not asked")
ALLOWED = [("", NOT_ASKED), *ContactPermission.Scope.choices]
FACTS_OF_A_CLIENT = ["reference", "preferred_name", "age_band"]
FACTS_OF_A_PERMISSION = ["scope", "address", "safe_from", "safe_until", "safe_times"]
#: What a session needs in order to be one; left empty, it stays as it is or as it usually is.
NEVER_EMPTY = ["starts_at", "planned_minutes", "format", "composition"]


class DepartureAskedForm(forms.Form):
    """The departure a new client is for, as the address of the page names it."""

    departure = forms.UUIDField(required=False)


class ChannelFields:
    """The fields of one channel, for the page: they fold away behind its name and what is allowed."""

    def __init__(self, form, channel, permission):
        self.label, self.confirmed_on = channel.label, permission and permission.confirmed_on
        self.fields = [form[f"{channel}-{name}"] for name in FACTS_OF_A_PERMISSION]
        self.state = dict(ALLOWED).get(self.fields[0].value(), NOT_ASKED)
        self.is_open = form.is_bound and any(field.value() for field in self.fields)


class CareForm(forms.Form):
    """A client, and per channel what they allowed. `client` is the one to change; without, a new one."""

    reference = forms.CharField(
        label=_("Reference"),
        max_length=30,
        help_text=_("What your clinic calls the client in its records. It is what your screens show."),
        error_messages={"required": _("Give the reference. Nothing else is needed.")},
    )
    preferred_name = forms.CharField(
        label=_("Preferred name"),
        max_length=80,
        required=False,
        help_text=_("Only if your clinic wants names here. Empty is fine."),
    )
    age_band = forms.ChoiceField(
        label=_("Age"), choices=AgeBand.choices, required=False, initial=AgeBand.ADULT, widget=forms.RadioSelect
    )

    def __init__(self, *args, client=None, **kwargs):
        self.standing = {each.channel: each for each in client.contact_permissions.all()} if client else {}
        initial = {name: getattr(client, name) for name in FACTS_OF_A_CLIENT} if client else {}
        super().__init__(*args, initial=initial, **kwargs)
        for channel in Channel:
            self.fields.update(fields_for(channel, self.standing.get(channel)))

    def clean_age_band(self):
        return self.cleaned_data["age_band"] or self.get_initial_for_field(self.fields["age_band"], "age_band")

    def clean(self):
        """A number without a word on whether it may be used would be used one day, or lost."""
        data = super().clean()
        for channel in Channel:
            scope, *words = (data.get(f"{channel}-{name}") for name in FACTS_OF_A_PERMISSION)
            if scope == "" and any(words):
                self.add_error(f"{channel}-scope", _("Say what is allowed, or leave all of this channel empty."))
            start, end = (data.get(f"{channel}-{name}") for name in ("safe_from", "safe_until"))
            if start is not None and start == end:
                self.add_error(f"{channel}-safe_until", _("The two times are the same. Leave both empty for any hour."))
        return data

    def reference_is_taken(self):
        """Say so beside the field; what was typed stays."""
        self.add_error("reference", _("Your team has a client with this reference already. Look for a typing error."))

    def facts(self):
        """What the verbs take. Call when valid."""
        return {
            **{name: self.cleaned_data[name] for name in FACTS_OF_A_CLIENT},
            "permissions": {
                channel: {name: self.cleaned_data[f"{channel}-{name}"] for name in FACTS_OF_A_PERMISSION}
                for channel in Channel
            },
        }

    def channels(self):
        return [ChannelFields(self, channel, self.standing.get(channel)) for channel in Channel]

    def about(self):
        """The fields about the person."""
        return [self[name] for name in FACTS_OF_A_CLIENT]


def fields_for(channel, permission):
    """What is asked about one channel. The channel is in every label: read aloud, a fold around it is not heard."""
    fields = {
        "scope": forms.ChoiceField(
            label=format_lazy(_("{channel}: what is allowed"), channel=channel.label), choices=ALLOWED, required=False
        ),
        "address": address_field(channel),
        "safe_from": time_field(_("{channel}: safe from"), channel),
        "safe_until": time_field(_("{channel}: safe until"), channel),
        "safe_times": forms.CharField(
            label=format_lazy(_("{channel}: note on safe times"), channel=channel.label), max_length=80, required=False
        ),
    }
    for name, field in fields.items():
        field.initial = getattr(permission, name) if permission else None
    return {f"{channel}-{name}": field for name, field in fields.items()}


def time_field(label, channel):
    """A time on the client's wall; empty sets no limit."""
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=format_lazy(label, channel=channel.label), required=False, widget=widget)


def address_field(channel):
    common = {"max_length": 200, "required": False}
    if channel in (Channel.EMAIL, Channel.LETTER):
        label = format_lazy(_("{channel}: address"), channel=channel.label)
        return (
            forms.EmailField(label=label, **common)
            if channel == Channel.EMAIL
            else forms.CharField(label=label, **common)
        )
    label = format_lazy(_("{channel}: number"), channel=channel.label)
    return forms.CharField(label=label, widget=forms.TextInput(attrs={"type": "tel"}), **common)


class SessionForm(WhereFields):
    """An appointment. `session` is the one to change; without, a new one at the next full quarter of an hour."""

    clients = ClientsField(
        Client.objects.none(), label=_("Who comes?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    starts_at = WhenField(label=_("When does it begin?"), required=False, help_text=_("In your own time zone."))
    planned_minutes = forms.IntegerField(
        label=_("How many minutes?"), required=False, min_value=5, max_value=600, initial=50
    )
    format = forms.ChoiceField(label=_("How?"), choices=Format.choices, required=False, initial=Format.IN_PERSON)
    composition = forms.ChoiceField(
        label=_("With whom?"), choices=Composition.choices, required=False, initial=Composition.INDIVIDUAL
    )
    room = forms.CharField(label=_("Room"), max_length=40, required=False)

    def __init__(self, *args, clients, session=None, **kwargs):
        super().__init__(*args, initial=facts_of(session) if session else {"starts_at": next_quarter()}, **kwargs)
        self.fields["clients"].queryset = clients

    def clean_starts_at(self):
        """What is shown without its seconds has not changed when it comes back without them."""
        starts_at, standing = self.cleaned_data["starts_at"], self.initial["starts_at"]
        if starts_at is None or starts_at == standing.replace(second=0, microsecond=0):
            return standing
        if abs(starts_at - timezone.now()) > FURTHEST:
            raise forms.ValidationError(_("This is more than a year away. Check the date."))
        return starts_at

    def clean(self):
        data = super().clean()
        for name in NEVER_EMPTY:
            if name in data and not data[name]:
                data[name] = self.get_initial_for_field(self.fields[name], name)
        return data

    def basics(self):
        """The fields every session has."""
        return [field for field in self if field.name not in WHEREABOUTS]

    def where(self):
        """The fields for a client who is somewhere else."""
        return [self[name] for name in WHEREABOUTS]

    def is_elsewhere(self):
        """Whether the client is somewhere else, or something is written about it: then those fields stand open."""
        return self["format"].value() in (Format.VIDEO, Format.PHONE) or any(field.value() for field in self.where())


def facts_of(session):
    names = [*NEVER_EMPTY, "room", *WHEREABOUTS]
    return {"clients": session.clients.all(), **{name: getattr(session, name) for name in names}}


def next_quarter():
    now = timezone.now().replace(second=0, microsecond=0)
    return now + timedelta(minutes=QUARTER - now.minute % QUARTER)
