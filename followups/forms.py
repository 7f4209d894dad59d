from datetime import timedelta

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.supervision import supervisors_of
from followups.models import ContactAttempt
from sessions_app.forms.when import WhenField
from sessions_app.models import Channel

FURTHEST_AHEAD = timedelta(days=366)
LONGEST_AGO = timedelta(days=31)
Result = ContactAttempt.Result
COMMON = [Result.REACHED_SAFE, Result.REACHED_NEEDS_MORE, Result.NO_ANSWER, Result.VOICEMAIL_LEFT, Result.SENT_NO_REPLY]


class ContactForm(forms.Form):
    """Three taps: open it, the result, save; the planned channel is chosen already."""

    op_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    channel = forms.ChoiceField(label=_("How did you try?"), choices=Channel.choices, widget=forms.RadioSelect)
    result = forms.ChoiceField(
        label=_("What came of it?"),
        choices=ContactAttempt.Result.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what came of it.")},
    )
    note = forms.CharField(
        label=_("Anything to remember?"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    occurred_at = WhenField(label=_("When was it?"), required=False, help_text=_("Empty means: just now."))

    def common_results(self):
        """The results that make up most attempts, as radio buttons."""
        return [option for option in self["result"] if option.data["value"] in COMMON]

    def other_results(self):
        return [option for option in self["result"] if option.data["value"] not in COMMON]

    def has_rare_result(self):
        return self["result"].value() not in COMMON

    def clean_occurred_at(self):
        at = self.cleaned_data["occurred_at"]
        if at and not timezone.now() - LONGEST_AGO < at <= timezone.now():
            raise forms.ValidationError(_("Give a time that has passed, a month ago at most."))
        return at

    def refuse(self, passage):
        """Say beside the channel why it was not allowed; everything that was typed stays."""
        self.add_error("channel", f"{passage.channel.label}: {passage.why} " + _("Choose another."))


class MoveForm(forms.Form):
    """Another time, in the wall time of the person who plans it."""

    to = WhenField(label=_("When instead?"), error_messages={"required": _("Give the day and the time.")})
    reason = forms.CharField(
        label=_("Why?"), max_length=200, error_messages={"required": _("Say in a few words why it moves.")}
    )

    def clean_to(self):
        to = self.cleaned_data["to"]
        if not timezone.now() < to < timezone.now() + FURTHEST_AHEAD:
            raise forms.ValidationError(_("Give a time that lies ahead, within a year."))
        return to


class DropForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it not needed?"),
        max_length=200,
        error_messages={"required": _("Say in a few words why. Your supervisor sees it.")},
    )


class ChangeForm(forms.Form):
    """Who, and on which channel."""

    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Who?"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"invalid_choice": _("Choose somebody from the list.")},
    )
    channel = forms.ChoiceField(label=_("How?"), choices=[("", _("Open")), *Channel.choices], required=False)

    def __init__(self, *args, follow_up, **kwargs):
        super().__init__(*args, **kwargs)
        therapist = follow_up.departure.therapist
        supervisors = [] if follow_up.departure.is_practice else [each.pk for each in supervisors_of(therapist)]
        people = User.objects.filter(Q(pk__in=[therapist.pk, follow_up.owner_id, *supervisors]), is_active=True)
        self.fields["owner"].queryset = people
        self.fields["owner"].label_from_instance = lambda person: person.name
