"""Who asked for a copy of the record, and how it was given."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from followups.models import CopyGiven, CopyRequest


def day(label):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages={"required": _("Give the day.")})


def one_of(label, choices):
    messages = {"required": _("Choose one of these.")}
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, error_messages=messages)


class NotAhead:
    """Days of what was done are not in the future."""

    def not_ahead(self, name):
        found = self.cleaned_data[name]
        if found > timezone.localdate():
            raise forms.ValidationError(_("That day is still ahead."))
        return found


class CopyRequestForm(NotAhead, forms.Form):
    asked_by = one_of(_("Who asked for it?"), CopyRequest.AskedBy.choices)
    asked_how = one_of(_("How did they ask?"), CopyRequest.How.choices)
    asked_on = day(_("When did they ask?"))

    def clean_asked_on(self):
        return self.not_ahead("asked_on")


class CopyGivenForm(NotAhead, forms.Form):
    """`papers` are the filed PDFs of this request that may be what was given."""

    paper = forms.TypedChoiceField(label=_("What was given?"), required=False, coerce=int, empty_value=None)
    how = one_of(_("How was it given?"), CopyGiven.How.choices)
    given_on = day(_("When was it given?"))

    def __init__(self, *args, papers, **options):
        super().__init__(*args, **options)
        self.papers = {paper.pk: paper for paper in papers if paper.is_made}
        filed = [(number, _("PDF %(number)s") % {"number": number}) for number in self.papers]
        self.fields["paper"].choices = [("", _("The printed page")), *filed]

    def clean_paper(self):
        return self.papers.get(self.cleaned_data["paper"])

    def clean_given_on(self):
        return self.not_ahead("given_on")
