"""What goes into a file for another record system."""

from django import forms
from django.utils.translation import gettext_lazy as _

from followups.fhir.record import Asked, Version
from protocols.models import ProtocolVersion


class VersionForm(forms.Form):
    version = forms.ChoiceField(
        label=_("Which version does the other system read?"),
        help_text=_("Most read R4. If you do not know, ask the people who run it."),
        choices=[(Version.R4, _("FHIR R4")), (Version.R5, _("FHIR R5"))],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a version: R4 or R5."),
            "invalid_choice": _("Doorway writes R4 and R5, no other version."),
        },
    )

    @property
    def asked(self):
        """What was chosen, as the builders of files want it. Needs a valid form."""
        return Asked(version=self.cleaned_data["version"])


class ExchangeForm(VersionForm):
    """A file of one departure. What is more than needed is in it only when somebody says so."""

    attempts = forms.BooleanField(
        label=_("With each attempt to reach the client"),
        help_text=_("When, in which way, what came of it, and the note."),
        required=False,
    )
    name = forms.BooleanField(
        label=_("With the client’s preferred name"),
        help_text=_("Else there is only your clinic’s reference."),
        required=False,
    )

    def __init__(self, *args, departure, **kwargs):
        super().__init__(*args, **kwargs)
        if not (departure.client and departure.client.preferred_name):
            del self.fields["name"]

    @property
    def asked(self):
        chosen = self.cleaned_data
        return Asked(chosen["version"], has_attempts=chosen["attempts"], has_name=chosen.get("name", False))


class ProtocolExchangeForm(VersionForm):
    edition = forms.ModelChoiceField(
        ProtocolVersion.objects.published().order_by("-number"),
        label=_("Which edition of the eleven steps?"),
        empty_label=None,
        to_field_name="number",
        error_messages={
            "required": _("Choose an edition."),
            "invalid_choice": _("There is no such edition. Choose one of the list."),
        },
    )
    field_order = ["edition", "version"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["edition"].label_from_instance = lambda edition: f"{edition.number}: {edition.title}"
