"""What one person says for another to confirm, and how the other answers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from followups.forms import FURTHEST_AHEAD
from followups.models import ContactOverride, StatusDecision
from sessions_app.models import Channel

TO_REACH_SOON = [each for each in Channel.choices if each[0] != Channel.LETTER]


def words(label, missing, **more):
    return forms.CharField(
        label=label,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": missing},
        **more,
    )


class OverrideForm(forms.Form):
    """Who is in danger, why now, and on which channels. All three are needed: another person decides by them."""

    grounds = forms.MultipleChoiceField(
        label=_("Who is in serious and imminent danger?"),
        choices=ContactOverride.Ground.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose who is in danger.")},
    )
    words = words(
        _("What makes it serious, and what makes it imminent?"),
        _("Say what you know and how you know it. The other person decides by it."),
        help_text=_("What you saw or heard, and when. It stays in the record."),
    )
    channels = forms.MultipleChoiceField(
        label=_("On which channels?"),
        choices=TO_REACH_SOON,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose one channel or more.")},
    )


class OverrideAnswerForm(forms.Form):
    answer = forms.ChoiceField(
        choices=[("confirm", _("Confirm")), ("decline", _("Do not confirm"))],
        error_messages={"required": _("Choose one of the two.")},
    )


class DecisionForm(forms.Form):
    """How it stands, and why. It holds once the other has agreed."""

    choice = forms.ChoiceField(
        label=_("How does it stand?"),
        choices=StatusDecision.Choice.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it stands.")},
    )
    words = words(_("Why?"), _("Say in a few words why. The other person decides by it."))


class DecisionAnswerForm(forms.Form):
    answer = forms.ChoiceField(choices=[("agree", _("Agree")), ("decline", _("Do not agree"))])


class NextAttemptForm(forms.Form):
    """A proposal as it stood on the page."""

    to = forms.DateTimeField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(choices=Channel.choices, widget=forms.HiddenInput)

    def __init__(self, *args, gate, **kwargs):
        super().__init__(*args, **kwargs)
        self.gate = gate

    def clean(self):
        """It may have stood there for a while: the moment lies ahead, and the channel is open then."""
        data = super().clean()
        if not (data.get("to") and data.get("channel")):
            raise forms.ValidationError(_("Open the proposal again, or choose a time yourself."))
        if not self.gate.at < data["to"] < self.gate.at + FURTHEST_AHEAD:
            raise forms.ValidationError(_("Give a time that lies ahead, within a year."))
        if why := self.gate.of(data["channel"], at=data["to"]).why:
            raise forms.ValidationError(why)
        return data
