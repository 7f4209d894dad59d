"""Forms of the set-up: the organisation's name, a site, and who is clinical lead."""

import zoneinfo

import phonenumbers
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms_of_entry import PersonField
from accounts.models import Organisation, Site, User

FACTS = [
    "name",
    "country",
    "time_zone",
    "emergency_number",
    "on_call_name",
    "on_call_phone",
    "safeguarding_name",
    "safeguarding_phone",
    "terminology",
    "workday_starts",
    "workday_ends",
    "late_entry_hours",
]
NUMBERS = ["on_call_phone", "safeguarding_phone"]


class OrganisationForm(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = ["name"]


class SiteForm(forms.ModelForm):
    """A site as it is, or empty. It only looks at what was typed: `accounts.sites` writes."""

    country = forms.CharField(label=_("Country"), max_length=2, help_text=_("Two letters, such as US or GB."))

    class Meta:
        model = Site
        fields = FACTS
        help_texts = {
            "time_zone": _("A full name, such as Europe/London."),
            "emergency_number": _("What is dialled there for police and ambulance."),
            "on_call_phone": _("Whom a therapist calls when nobody else answers."),
        }
        widgets = {
            **{name: forms.TextInput(attrs={"type": "tel"}) for name in [*NUMBERS, "emergency_number"]},
            **{
                name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
                for name in ("workday_starts", "workday_ends")
            },
        }

    def clean_country(self):
        code = self.cleaned_data["country"].upper()
        code = "GB" if code == "UK" else code
        if code not in phonenumbers.SUPPORTED_REGIONS:
            raise forms.ValidationError(_("There is no such country. Give its two letters, such as US or GB."))
        return code

    def clean_time_zone(self):
        """Whatever its case; the database of time zones knows the others by their own."""
        typed = self.cleaned_data["time_zone"].strip()
        return {name.casefold(): name for name in zoneinfo.available_timezones()}.get(typed.casefold(), typed)

    def clean(self):
        found = super().clean()
        starts, ends = found.get("workday_starts"), found.get("workday_ends")
        if starts and ends and starts >= ends:
            self.add_error("workday_ends", _("It must be later than the start."))
        for name in NUMBERS:
            if (typed := found.get(name)) and (country := found.get("country")) and not can_be_dialled(typed, country):
                self.add_error(name, _("Give it as dialled there, or with + and the country's code."))
        return found


def can_be_dialled(number, country):
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, country))
    except phonenumbers.NumberParseException:
        return False


class NewSiteForm(SiteForm):
    team = forms.CharField(
        label=_("First team"), max_length=80, initial=_("Adults"), help_text=_("People belong to a team of a site.")
    )


class LeadForm(forms.Form):
    """Somebody else than the admin who names them."""

    person = PersonField(label=_("Who"), queryset=User.objects.none(), empty_label=None, widget=forms.RadioSelect)

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        others = User.objects.filter(is_active=True, is_clinical_lead=False).exclude(pk=by.pk)
        self.fields["person"].queryset = others.order_by("name")
