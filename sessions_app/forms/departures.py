import uuid
from datetime import timedelta

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.places import is_country
from sessions_app.departures import WHEREABOUTS
from sessions_app.forms.steps import TapForm
from sessions_app.forms.when import WhenField
from sessions_app.models import AgeBand, Client, Composition, Ending, Format, TherapySession, in_order
from sessions_app.models.departures import Kind

LONGEST_AGO = timedelta(days=365)


class WhereFields(forms.Form):
    """The fields about a client who is somewhere else. All may stay empty."""

    address_today = forms.CharField(
        label=_("Where is the client today?"),
        max_length=200,
        required=False,
        help_text=_("The address help would need. Ask at the start of every session."),
    )
    callback_number = forms.CharField(
        label=_("Number to call back"),
        max_length=30,
        required=False,
        help_text=_("If the connection is lost."),
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    country_today = forms.CharField(
        label=_("Country they are in today"),
        max_length=2,
        required=False,
        help_text=_("Two letters, such as US or GB. Empty means: the country of your site."),
    )

    def clean_country_today(self):
        code = self.cleaned_data["country_today"].upper()
        code = "GB" if code == "UK" else code
        if code and not is_country(code):
            raise forms.ValidationError(_("There is no such country. Give its two letters, such as US or GB."))
        return code


class StartForm(TapForm):
    """The one tap. A wrong or foreign session never stops it: the departure is saved without one."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    session = forms.ModelChoiceField(TherapySession.objects.none(), widget=forms.HiddenInput, required=False)

    def __init__(self, *args, sessions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["session"].queryset = sessions

    def facts(self):
        """What could be read, and nothing else: reading must not fail a tap. Call after `is_valid()`."""
        data = self.cleaned_data
        return {
            "id": data.get("id") or uuid.uuid4(),
            "session": data.get("session"),
            "began_at": data.get("at"),
        }


class InOrder(ModelChoiceIterator):
    """Clients by reference, which the database cannot sort by."""

    def __iter__(self):
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for each in in_order(self.queryset.all()):
            yield self.choice(each)


def client_label(client):
    """What a list shows of a client: the reference, and the name the clinic chose to enter."""
    return f"{client.reference} · {client.preferred_name}" if client.preferred_name else client.reference


class ClientField(forms.ModelChoiceField):
    """One of the clients that the form is given."""

    iterator, label_from_instance = InOrder, staticmethod(client_label)

    def __init__(self, **kwargs):
        super().__init__(Client.objects.none(), label=_("Which client?"), **kwargs)


class ClientsField(forms.ModelMultipleChoiceField):
    """Some of the clients that the form is given."""

    iterator, label_from_instance = InOrder, staticmethod(client_label)


class EarlierForm(forms.Form):
    """One that happened earlier. Only the time is asked; the rest may follow."""

    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)
    began_at = WhenField(
        label=_("When did it begin?"),
        required=False,
        help_text=_("In your own time zone. Empty means: just now."),
    )
    client = ClientField(required=False, empty_label=_("Choose later"))

    def __init__(self, *args, clients, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = clients

    def clean_id(self):
        return self.cleaned_data["id"] or uuid.uuid4()

    def clean_began_at(self):
        began_at = self.cleaned_data["began_at"]
        if began_at is None:
            return timezone.now()
        if began_at > timezone.now():
            raise forms.ValidationError(_("This lies in the future. Give the time it happened."))
        if began_at < timezone.now() - LONGEST_AGO:
            raise forms.ValidationError(_("This is more than a year ago. Check the date."))
        return began_at


class ClientForm(forms.Form):
    client = ClientField(
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose a client from the list, or go back without one.")},
    )

    def __init__(self, *args, clients, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = clients


class LookAfterForm(TapForm):
    """Whose record to open: somebody of the session."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    client = ClientField(
        error_messages={"required": _("Choose the person. They have to be in the session.")},
    )

    def __init__(self, *args, clients, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = clients

    def clean(self):
        data = super().clean()
        data.pop("op_id", None)
        return data | {"id": data.get("id") or uuid.uuid4()}


class SettingForm(forms.Form):
    """How and with whom; decides which words the steps add."""

    format = forms.ChoiceField(label=_("How?"), choices=Format.choices)
    composition = forms.ChoiceField(label=_("With whom?"), choices=Composition.choices)
    age_band = forms.ChoiceField(label=_("Age"), choices=AgeBand.choices)

    def __init__(self, *args, departure, **kwargs):
        names = ["format", "composition", "age_band"]
        super().__init__(*args, initial={name: getattr(departure, name) for name in names}, prefix="setting", **kwargs)


class WhereaboutsForm(WhereFields):
    """Where one person is today."""

    def __init__(self, *args, departure, **kwargs):
        super().__init__(*args, initial={name: getattr(departure, name) for name in WHEREABOUTS}, **kwargs)


class EndingForm(forms.Form):
    ending = forms.ChoiceField(choices=Ending.choices, widget=forms.RadioSelect, label=_("How did it end?"))
    ended_time = forms.TimeField(
        label=_("At what time?"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("In your own time zone. Empty means: now, or as recorded."),
    )
    kind = forms.ChoiceField(
        choices=[("", _("Not recorded")), *Kind.choices], label=_("What happened?"), required=False
    )

    def __init__(self, *args, departure, **kwargs):
        super().__init__(*args, **kwargs)
        self.departure = departure

    def clean(self):
        """The time of day belongs to the day it began, or to the next when it is past midnight."""
        data = super().clean()
        if (time := data.get("ended_time")) is None:
            return data
        began = timezone.localtime(self.departure.began_at)
        ended = began.replace(hour=time.hour, minute=time.minute, second=59)
        if ended < began:
            ended += timedelta(days=1)
        ended = min(ended, timezone.now()) if ended - timezone.now() < timedelta(minutes=1) else ended
        if ended > timezone.now():
            self.add_error("ended_time", _("This lies in the future. Give the time they left."))
        data["ended_at"] = max(ended, self.departure.began_at)
        return data


class VoidForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it a mistake?"),
        max_length=200,
        error_messages={"required": _("Say in a few words why. It is kept, marked as a mistake.")},
    )
