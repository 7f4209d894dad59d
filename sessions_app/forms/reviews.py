from django import forms
from django.utils.translation import gettext_lazy as _

from sessions_app.models import Review


class ReviewForm(forms.Form):
    """How is the colleague first; then what was done; words to the author always."""

    colleague_state = forms.ChoiceField(
        label=_("How is your colleague?"),
        choices=Review.ColleagueState.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    outcome = forms.ChoiceField(
        label=_("What do you find?"), choices=Review.Outcome.choices, widget=forms.RadioSelect, required=False
    )
    message = forms.CharField(
        label=_("Message to the author"),
        help_text=_("They will see this. Say what went well first."),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write a few words to the author.")},
    )
    decision = forms.ChoiceField(choices=Review.Decision.choices, widget=forms.HiddenInput)

    def clean(self):
        data = super().clean()
        if data.get("decision") == Review.Decision.SIGNED_OFF and not data.get("outcome"):
            self.add_error("outcome", _("Choose what you find before you sign off."))
        return data
