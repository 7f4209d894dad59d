from django import forms
from django.utils.translation import gettext_lazy as _

from sessions_app.models import Harm, Review, ReviewHarm
from sessions_app.models.quality import OF_THE_MIND

Decision = Review.Decision
OF_A_FORM = [each for each in Decision.choices if each[0] in ("returned", "signed_off", "read")]
NOT_SAID = ("", _("Not said"))
ONLY_SUPERVISORS = _("Only supervisors see this.")


def words(label, *, rows, most, **more):
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), required=False, **more
    )


class ReviewForm(forms.Form):
    """How is the colleague first; then what was done; words to the author always. The rest when it matters.

    `places` are those of the report, {place: name}; each takes a comment, which goes with a return.
    """

    FORM_ID = "your-review"

    colleague_state = forms.ChoiceField(
        label=_("How is your colleague?"),
        choices=Review.ColleagueState.choices,
        widget=forms.RadioSelect(attrs={"form": FORM_ID}),  # it stands at the top of the page
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
    safety_event = forms.ChoiceField(
        label=_("Is this also a safety event for the local system?"),
        help_text=_("Doorway sends nothing there. It gives you a page to print."),
        choices=Review.SafetyEvent.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    learning = words(_("What do you take away for yourself?"), rows=3, most=2_000, help_text=ONLY_SUPERVISORS)
    system_change = words(_("What should change here?"), rows=3, most=2_000, help_text=ONLY_SUPERVISORS)
    seen = forms.IntegerField(min_value=0, max_value=100_000, required=False, widget=forms.HiddenInput)
    decision = forms.ChoiceField(choices=OF_A_FORM, widget=forms.HiddenInput)

    def __init__(self, data=None, *, places=None, **more):
        super().__init__(data, **more)
        self.places = places or {}
        for place, name in self.places.items():
            self.fields[f"comment-{place}"] = words(name, rows=3, most=2_000)
        for whom in ReviewHarm.Whom:
            for kind, label, choices in HARMS:
                self.fields[f"{kind}-{whom}"] = forms.ChoiceField(
                    label=f"{whom.label}: {label}", choices=[NOT_SAID, *choices], required=False
                )

    def clean(self):
        data = super().clean()
        decision = data.get("decision")
        if decision == Decision.SIGNED_OFF and not data.get("outcome"):
            self.add_error("outcome", _("Choose what you find before you sign off."))
        if decision and decision != Decision.RETURNED and self.comments():
            self.add_error(None, _("Comments on places go out only with a return. Return the report, or empty them."))
        if data.get("outcome") == Review.Outcome.SAFETY_EVENT and data.get("safety_event") == Review.SafetyEvent.NO:
            self.add_error("safety_event", _("You chose “safety event” above. Say yes here, or choose another."))
        return data

    def comments(self):
        """{place: text} of those that say something."""
        said = {place: self.cleaned_data.get(f"comment-{place}", "") for place in self.places}
        return {place: text for place, text in said.items() if text}

    def harms(self):
        """What was said of harm, as dicts of whom, physical and psychological."""
        rows = [
            {"whom": whom, **{kind: self.cleaned_data.get(f"{kind}-{whom}", "") for kind, *_rest in HARMS}}
            for whom in ReviewHarm.Whom.values
        ]
        return [row for row in rows if row["physical"] or row["psychological"]]

    def about(self):
        """What goes with every decision."""
        names = ("message", "colleague_state", "safety_event", "learning", "system_change", "seen")
        return {name: self.cleaned_data[name] for name in names} | {"harms": self.harms()}

    def comment_fields(self):
        return [self[f"comment-{place}"] for place in self.places]

    def harm_fields(self):
        return [self[f"{kind}-{whom}"] for whom in ReviewHarm.Whom.values for kind, *_rest in HARMS]

    @property
    def has_comments(self):
        return any(field.value() or field.errors for field in self.comment_fields())

    @property
    def has_more(self):
        fields = [*self.harm_fields(), self["learning"], self["system_change"]]
        return any(field.value() or field.errors for field in fields)


HARMS = [
    ("physical", _("bodily harm"), Harm.choices),
    ("psychological", _("harm to the mind"), OF_THE_MIND),
]


class ReopenForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you open it again?"),
        help_text=_("The author reads this."),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why.")},
    )


class FindForm(forms.Form):
    """The words stand in no address: a client's reference belongs in no log and no history."""

    words = forms.CharField(label=_("Client reference, or how it begins"), max_length=30)
    after = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)


class ReferenceForm(forms.Form):
    reference = forms.CharField(
        label=_("Number in the local system"),
        help_text=_("Once somebody has sent it there."),
        max_length=60,
        error_messages={"required": _("Give the number.")},
    )


class AnswersForm(forms.Form):
    """One answer for each comment that has none yet. `asked` are `place_comments.Asked`."""

    def __init__(self, data=None, *, asked):
        super().__init__(data)
        self.asked = [each for each in asked if each.answer is None]
        for each in self.asked:
            self.fields[f"answer-{each.comment.pk}"] = words(
                _("Your answer on: %(place)s") % {"place": each.name}, rows=4, most=10_000
            )

    def clean(self):
        data = super().clean()
        if not self.errors and not self.texts():
            self.add_error(None, _("Write an answer to one of the comments."))
        return data

    def texts(self):
        """{id of the comment: text} of those that say something."""
        said = {each.comment.pk: self.cleaned_data.get(f"answer-{each.comment.pk}", "") for each in self.asked}
        return {pk: text for pk, text in said.items() if text}

    def rows(self):
        """Each comment without an answer beside its field."""
        return [(each, self[f"answer-{each.comment.pk}"]) for each in self.asked]
