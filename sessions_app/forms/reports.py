from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sessions_app.forms.when import WhenField
from sessions_app.models import QualityNote
from sessions_app.models.reports import MainReason, Source

HOW_KNOWN = [
    (Source.STATED, _("Stated: the client said it")),
    (Source.OBSERVED, _("Observed: I saw or heard it")),
    (Source.INFERRED, _("Inferred: I concluded it")),
]
FURTHEST_AHEAD = timedelta(days=366)


class ReportForm(forms.Form):
    """Four questions, none required. A draft keeps every answer that could be read."""

    AS_PLANNED, AT_ANOTHER_TIME = "as_planned", "at_another_time"

    main_reason = forms.ChoiceField(
        label=_("What was the main reason?"), choices=MainReason.choices, widget=forms.RadioSelect, required=False
    )
    main_reason_source = forms.ChoiceField(
        label=_("How do you know the reason?"), choices=HOW_KNOWN, widget=forms.RadioSelect, required=False
    )
    account = forms.CharField(
        label=_("What happened?"),
        help_text=_("What you saw and heard, in order. The client's own words in quotation marks."),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        required=False,
    )
    check_in = forms.ChoiceField(
        label=_("When will you check in?"),
        choices=[(AS_PLANNED, _("As the plan says")), (AT_ANOTHER_TIME, _("At another time"))],
        widget=forms.RadioSelect,
        required=False,
    )
    check_in_at = WhenField(label=_("The other time"), required=False)

    def __init__(self, data=None, *, report):
        at = report.check_in_at
        initial = {
            "main_reason": report.main_reason,
            "main_reason_source": report.main_reason_source,
            "account": report.account,
            "check_in": self.AT_ANOTHER_TIME if at else self.AS_PLANNED,
            "check_in_at": at,
        }
        super().__init__(data, initial=initial)

    def clean(self):
        """The time counts only when another time was chosen; then it must lie ahead, within a year.

        A reason that is not stated, or not chosen, needs no word on how it is known.
        """
        data = super().clean()
        if data.get("main_reason", "") in ("", MainReason.NOT_KNOWN) and "main_reason" in data:
            data["main_reason_source"] = ""
        if data.get("check_in") != self.AT_ANOTHER_TIME:
            data["check_in_at"] = None
            self.errors.pop("check_in_at", None)
            return data
        at = data.get("check_in_at")
        if at and not timezone.now() < at < timezone.now() + FURTHEST_AHEAD:
            self.add_error("check_in_at", _("Give a time that lies ahead, within a year."))
        elif at is None and "check_in_at" not in self.errors:
            self.add_error("check_in_at", _("Give the day and the time."))
        return data

    def answers(self):
        """What could be read. Nothing that was typed well is lost because of something that was not."""
        names = ["main_reason", "main_reason_source", "account", "check_in_at"]
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class SignForm(forms.Form):
    author_state = forms.ChoiceField(
        label=_("How are you?"),
        help_text=_("Quality review: not part of the chart. Only you and your supervisor see this."),
        choices=QualityNote.AuthorState.choices,
        widget=forms.RadioSelect,
        required=False,
    )
