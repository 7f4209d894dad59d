"""Where the work stands, the words of a letter, that it was sent, and that a week was gone through."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from followups.models import LetterSent, RelationshipStatus

Status, Consent = RelationshipStatus.Status, RelationshipStatus.Consent
SAID = [each for each in Status.choices if each[0] != Status.NOT_SAID]
LATEST_NOTED = timedelta(days=31)


class RelationshipForm(forms.Form):
    """Where the work stands and why; who takes over and whether the client agrees may come later."""

    status = forms.ChoiceField(
        label=_("Where does the work stand?"),
        choices=SAID,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose where the work stands.")},
    )
    why = forms.CharField(
        label=_("Why?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What was said or done, in plain words. It belongs to the record; the client may read it."),
        error_messages={"required": _("Say in a few words why.")},
    )
    receiving = forms.CharField(label=_("Who takes over?"), max_length=120, required=False)
    consent = forms.ChoiceField(
        label=_("Did the client say yes to telling them?"),
        choices=Consent.choices,
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args, standing=None, **kwargs):
        super().__init__(*args, auto_id="work-%s", **kwargs)
        if standing and standing.status != Status.NOT_SAID:
            taken_back = (Status.NOT_SAID, _("Take it back: not said yet"))
            self.fields["status"].choices = [*SAID, taken_back]

    def clean(self):
        data = super().clean()
        if data.get("status") in (None, Status.TRANSFERRING):
            return data
        if data.get("receiving") not in ("", self.initial.get("receiving")):
            self.add_error("receiving", _("Only if they move to someone else. Choose that above, or empty this."))
        return data | {"receiving": "", "consent": ""}

    @property
    def has_hand_over(self):
        """Whether the part about moving to someone else stands open."""
        return self["status"].value() == Status.TRANSFERRING or bool(self["receiving"].value())


class LetterForm(forms.Form):
    """The words of a letter. Where the client did not allow the practice's name, it may not stand in them."""

    body = forms.CharField(
        label=_("The words of the letter"),
        max_length=4_000,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 18}),
        error_messages={"required": _("A letter needs words.")},
    )

    def __init__(self, *args, letter, **kwargs):
        super().__init__(*args, **kwargs)
        self.letter = letter

    def clean_body(self):
        body = self.cleaned_data["body"].replace("\r\n", "\n")
        names = {self.letter.departure.site.name, self.letter.departure.therapist.team.name}
        if not self.letter.practice and any(name.casefold() in body.casefold() for name in names):
            raise forms.ValidationError(_("The client did not allow the name of the practice. Take it out."))
        return body


class SentForm(forms.Form):
    """The day and the way it was sent; left empty: today, and by post in a plain envelope."""

    sent_on = forms.DateField(
        label=_("When was it sent?"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    way = forms.ChoiceField(label=_("How?"), choices=LetterSent.Way.choices, required=False, widget=forms.RadioSelect)

    def __init__(self, *args, departure, **kwargs):
        super().__init__(*args, **kwargs)
        self.departure = departure

    def clean_sent_on(self):
        """A day of the site's wall: not ahead, not before the client left, a month ago at most."""
        zone = self.departure.site.zone
        today, began = timezone.localdate(timezone=zone), self.departure.began_at.astimezone(zone).date()
        day = self.cleaned_data["sent_on"] or today
        if not max(began, today - LATEST_NOTED) <= day <= today:
            raise forms.ValidationError(_("Give a day between the departure and today, a month ago at most."))
        return day

    def clean_way(self):
        return self.cleaned_data["way"] or LetterSent.Way.POST


class PackReadForm(forms.Form):
    words = forms.CharField(
        label=_("What comes of it?"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("If you like. What should change in how we work, without names."),
    )
