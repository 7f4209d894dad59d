"""What a step accepts. Nothing here is required to save a departure; a wrong value is told beside its field."""

import uuid
from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from protocols.models import Outcome
from sessions_app import own_tasks, reasons
from sessions_app.captures import CAPTURES
from sessions_app.checklist import asked_at
from sessions_app.departures import CLOCK_TOLERANCE
from sessions_app.forms.reasons import SourcesField
from sessions_app.models import ResponseLevel
from sessions_app.models.responses import ReasonNotPossible

OLDEST_TAP = timedelta(days=7)  # a tap may have waited on a device, but not for weeks


class TapForm(forms.Form):
    """Every tap carries an operation id and its moment. Without JavaScript the moment is empty: the server's."""

    op_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    at = forms.DateTimeField(widget=forms.HiddenInput, required=False)

    @classmethod
    def read(cls, data):
        """Id and moment of a tap that says nothing else; what cannot be read is left out: a tap is never refused."""
        form = cls(data)
        nothing = {name: "" for name in cls.base_fields}
        return form.cleaned_data if form.is_valid() else nothing | {"op_id": uuid.uuid4(), "at": None}

    def clean_op_id(self):
        return self.cleaned_data["op_id"] or uuid.uuid4()

    def clean_at(self):
        """The tap's moment; a clock that is a week slow or minutes fast is not believed: the server's stands in."""
        at, now = self.cleaned_data["at"], timezone.now()
        return at if at and now - OLDEST_TAP < at <= now + CLOCK_TOLERANCE else None


class StepResponseForm(TapForm):
    outcome = forms.ChoiceField(choices=Outcome.choices)
    reason = forms.ChoiceField(choices=[("", ""), *ReasonNotPossible.choices], required=False)
    note = forms.CharField(max_length=280, required=False)

    def __init__(self, *args, step, **kwargs):
        super().__init__(*args, **kwargs)
        self.step = step

    def clean_outcome(self):
        outcome = self.cleaned_data["outcome"]
        if outcome not in self.step.outcomes:
            raise forms.ValidationError(_("This step does not have that answer."))
        return outcome

    def clean(self):
        data = super().clean()
        if data.get("outcome") == Outcome.NOT_POSSIBLE and not data.get("reason"):
            self.add_error("reason", _("Choose why it was not possible."))
        if data.get("outcome") == Outcome.NOT_APPLICABLE and not data.get("note"):
            self.add_error("note", _("Say in a few words why it was not needed."))
        return data


class UndoForm(TapForm):
    """Taking back asks for a reason only where a level would be lowered by it."""

    why = forms.CharField(max_length=280, required=False)


class LevelForm(UndoForm):
    level = forms.ChoiceField(choices=ResponseLevel.choices)


class LowerForm(forms.Form):
    """A supervisor lowers a level: which, and why."""

    level = forms.ChoiceField(
        label=_("Which level instead?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the level.")},
    )
    why = forms.CharField(
        label=_("Why?"),
        max_length=280,
        error_messages={"required": _("Say in a few words why. It stands in the record.")},
    )

    def __init__(self, *args, levels, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [(level, level.label) for level in levels]


class DetailsForm(TapForm):
    """The capture fields of one step, made from the edition the departure is pinned to.

    It asks what belongs to the present setting, and shows what was noted before the setting was changed. A page that
    was opened in another setting may still be sent: `asked` names the fields it had, so that the others are left alone.
    """

    asked = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, step, departure, facts, **kwargs):
        initial = facts | {"reasons-source": reasons.noted_in(facts)}
        super().__init__(*args, initial=initial, prefix=step.slug, **kwargs)
        captures = CAPTURES | own_tasks.captures_of(step)
        known = [name for name in step.every_capture if name in captures]
        shown = {*asked_at(step, departure), *(name for name, value in facts.items() if value)}
        shown.update(filter(own_tasks.is_own, known))
        sent = set(self.data.get(self.add_prefix("asked"), "").split()).intersection(known)
        typed = {name for name in known if self.add_prefix(name) in self.data}
        for name in known:
            if name in (sent or shown) | typed:
                self.fields[name] = field_for(captures[name])
        if {"reasons", "reasons-source"} <= set(self.fields):  # each reason has its source beside it
            self.fields["reasons"].template_name = "sessions_app/reasons.html"
            self.fields["reasons-source"].template_name = "sessions_app/reasons.html#nothing"
        self.fields["asked"].initial = " ".join(self.captured)

    @property
    def captured(self):
        """The names of its captures."""
        return [name for name in self.fields if name not in DetailsForm.base_fields]

    @property
    def reasons_and_sources(self):
        """Each reason's tick with the question beside it, how that is known; for the template."""
        sources = self["reasons-source"]
        return list(zip(self["reasons"].subwidgets, sources.field.beside(sources), strict=True))

    @property
    def source_errors(self):
        return self["reasons-source"].errors

    def facts(self):
        """What to note; the source only of reasons that are ticked."""
        found = {name: plain(self.cleaned_data[name]) for name in self.captured}
        if "reasons-source" in found:
            found["reasons-source"] = {
                each: source for each, source in found["reasons-source"].items() if each in found.get("reasons", [])
            }
        return found


def field_for(capture):
    common = {"label": capture.label, "required": False}
    if capture.kind == "sources":
        return SourcesField(**common)
    if capture.kind == "several":
        return forms.MultipleChoiceField(choices=capture.choices, widget=forms.CheckboxSelectMultiple, **common)
    if capture.kind == "choice":
        return forms.ChoiceField(choices=[("", _("Not recorded")), *capture.choices], **common)
    if capture.kind == "time":
        return forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}), **common)
    if capture.kind == "date":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **common)
    return forms.CharField(max_length=280, **common)


def plain(value):
    """The value as JSON keeps it: times and dates as text, nothing as an empty text."""
    if value is None:
        return ""
    return value if isinstance(value, str | list | dict) else value.isoformat()
