"""Which figures to show: of what site, from which quarter to which."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from followups.trends.releases import quarter_after
from followups.trends.shown import Period
from followups.trends.suppression import months_between

USUAL = 4  # quarters: a year


class TrendsForm(forms.Form):
    """`quarters` are those that were let out, the newest first. Anything that was not asked is as usual."""

    site = forms.ModelChoiceField(Site.objects.order_by("name"), required=False, empty_label=_("All sites"))
    since = forms.ChoiceField(label=_("From"), required=False)
    until = forms.ChoiceField(label=_("To"), required=False)

    def __init__(self, data, *, quarters):
        super().__init__(data)
        self.quarters = quarters
        for name in ("since", "until"):
            self.fields[name].choices = [(name_of(each), words_for(each)) for each in quarters]
        self.fields["site"].label_from_instance = lambda site: site.name
        if quarters:
            self.fields["since"].initial = name_of(quarters[:USUAL][-1])
            self.fields["until"].initial = name_of(quarters[0])

    def clean(self):
        data = super().clean()
        if not self.errors and self.quarters and self.chosen("since") > self.chosen("until"):
            self.add_error("until", _("Choose a quarter that is not before the first."))
        return data

    def chosen(self, name):
        picked = self.cleaned_data.get(name) if self.is_bound else ""
        return {name_of(each): each for each in self.quarters}[picked or self.fields[name].initial]

    def period(self):
        """What was asked for; None while nothing was let out."""
        if not self.quarters:
            return None
        last = months_between(self.chosen("until"), quarter_after(self.chosen("until")))[-2]
        return Period(self.cleaned_data.get("site") if self.is_bound else None, self.chosen("since"), last)


def name_of(quarter):
    return f"{quarter.year}-Q{quarter.month // 3 + 1}"


def words_for(quarter):
    return _("Q%(number)s %(year)s") % {"number": quarter.month // 3 + 1, "year": quarter.year}
