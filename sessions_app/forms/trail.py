"""What the privacy officer may ask of the trail."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User

LARGEST = 2**63 - 1  # number of an entry
PICKED = forms.DateInput(attrs={"type": "date"})


class SearchForm(forms.Form):
    """Each field narrows the list; empty, it asks for nothing."""

    by = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.order_by("name", "pk"), required=False)
    action = forms.RegexField(
        r"^[a-z_-]+$",
        label=_("What was done"),
        help_text=_("The word in the list, such as viewed."),
        max_length=40,
        required=False,
        error_messages={"invalid": _("Use the word as it stands in the list.")},
    )
    first = forms.DateField(label=_("From day"), widget=PICKED, required=False)
    last = forms.DateField(label=_("To day"), widget=PICKED, required=False)
    address = forms.GenericIPAddressField(label=_("From address"), help_text=_("Such as 192.0.2.7."), required=False)
    older = forms.IntegerField(min_value=1, max_value=LARGEST, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["by"].label_from_instance = lambda person: f"{person.name} · {person.team.name}"
        self.fields["by"].empty_label = _("Anybody")

    def clean(self):
        data = super().clean()
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", _("This is before the first day."))
        return data

    def facts(self):
        """What to search by."""
        return {name: value for name, value in self.cleaned_data.items() if name != "older"}


class ReferenceForm(forms.Form):
    """A client by the clinic's own reference: the whole of it, as it is written."""

    reference = forms.CharField(
        label=_("Client’s reference"),
        help_text=_("The whole of it, letter by letter."),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Give the reference.")},
    )


class OlderForm(forms.Form):
    older = forms.IntegerField(min_value=1, max_value=LARGEST, required=False)
