from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sessions_app.forms.when import WhenField

EARLIEST_YEAR = 1900  # a slip of the keyboard, and what no calendar can reckon with


class AddendumForm(forms.Form):
    text = forms.CharField(
        label=_("Add to the report"),
        help_text=_("The signed words stay as they are. This is added below them, with your name and the time."),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write what you want to add.")},
    )
    happened_at = WhenField(
        label=_("When did it happen?"),
        help_text=_("Leave it empty if it was in the session."),
        required=False,
    )
    is_late = forms.BooleanField(
        label=_("I left this out at the time (late entry)"),
        help_text=_("Added long after it happened, it is marked as a late entry in any case."),
        required=False,
    )

    is_statement = forms.BooleanField(
        label=_("The client does not agree, and these are their words"),
        help_text=_("Added because they asked. It stands with the report in every copy."),
        required=False,
    )

    def clean_happened_at(self):
        moment = self.cleaned_data["happened_at"]
        if moment and (moment.year < EARLIEST_YEAR or moment > timezone.now()):
            raise forms.ValidationError(_("Give a time that has passed."))
        return moment
