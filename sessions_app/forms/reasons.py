"""How each reason is known: a small question beside every one of them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from sessions_app.models.reports import MainReason, Source

CHOICES = [("", _("How do you know?")), *Source.choices]


class SourcesWidget(forms.Widget):
    """Reads one select for each reason; drawn beside the reasons (sessions_app/reasons.html), not by itself."""

    def value_from_datadict(self, data, files, name):
        sent = {reason: data.get(f"{name}-{reason}", "") for reason in MainReason.values}
        return {reason: source for reason, source in sent.items() if source}

    def value_omitted_from_data(self, data, files, name):
        return not any(f"{name}-{reason}" in data for reason in MainReason.values)


class SourcesField(forms.Field):
    """The value is {reason: source}; a reason without one is left out."""

    widget = SourcesWidget

    def clean(self, value):
        value = super().clean(value) or {}
        if not set(value.values()) <= set(Source.values):
            raise forms.ValidationError(_("Choose one of the answers."))
        return value

    def beside(self, bound):
        """One drawn select for each reason, in the order of the reasons."""
        known = bound.value() or {}
        return [self.drawn(bound, reason, known.get(reason, "")) for reason in MainReason.values]

    def drawn(self, bound, reason, value):
        name = f"{bound.html_name}-{reason}"
        words = _("How do you know? %(reason)s") % {"reason": MainReason(reason).label}
        select = forms.Select(choices=CHOICES, attrs={"id": f"{bound.auto_id}-{reason}", "aria-label": words})
        return select.render(name, value if value in Source.values else "")
