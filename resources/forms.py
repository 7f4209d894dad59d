from django import forms
from django.utils.translation import gettext_lazy as _

from resources.models import ContactPoint, Resource

WAYS = [
    ("", _("Any way")),
    (ContactPoint.Kind.VOICE, _("Call")),
    (ContactPoint.Kind.SMS, _("Text")),
    (ContactPoint.Kind.CHAT, _("Chat")),
]


class SearchForm(forms.Form):
    """What the directory is asked. Nothing is required; what cannot be read is told beside its field."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    kind = forms.ChoiceField(label=_("Way"), required=False, choices=WAYS)
    audience = forms.ChoiceField(label=_("About"), required=False)

    def __init__(self, data, *, country):
        super().__init__(data)
        self.home = country
        shelf = Resource.objects.listed()
        countries = sorted({country, *shelf.values_list("country", flat=True)})
        self.fields["country"].choices = [
            ("", _("Yours")),
            ("all", _("All")),
            *((each, each) for each in countries),
        ]
        categories = sorted({name for names in shelf.values_list("categories", flat=True) for name in names})
        self.fields["audience"].choices = [
            ("", _("Anything")),
            *((each, each.replace("-", " ")) for each in categories),
        ]

    def results(self):
        """The entries asked for, as far as the question could be read."""
        self.is_valid()
        asked = self.cleaned_data
        found = Resource.objects.listed().with_contacts()
        country = asked.get("country") or self.home
        found = found.order_by("-is_crisis_line", "country", "name") if country == "all" else found.for_country(country)
        if kind := asked.get("kind"):
            found = found.reachable_by(kind)
        if audience := asked.get("audience"):
            found = found.filter(categories__contains=[audience])
        return found.search(asked.get("q") or "")[:100]
