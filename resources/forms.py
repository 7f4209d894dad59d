from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from resources import finding, subjects
from resources.models import ContactPoint, Resource
from resources.places import country_name

EVERYWHERE = "all"
LONGEST_QUESTION = 80
MOST_SHOWN = 100

WAYS = [
    ("", _("Any way")),
    (ContactPoint.Kind.VOICE, _("Call")),
    (ContactPoint.Kind.SMS, _("Text")),
    (ContactPoint.Kind.CHAT, _("Chat")),
]


def live(trigger):
    """Attributes that ask for new results as soon as a field changes; without JavaScript the button does it."""
    return {
        "hx-get": reverse_lazy("resources"),
        "hx-trigger": trigger,
        "hx-include": "closest form",
        "hx-target": "#results",
        "hx-swap": "outerHTML",
        "hx-sync": "closest form:replace",
        "hx-replace-url": "true",
    }


def cards(keys):
    """The entries of these keys as cards need them, in the same order."""
    found = Resource.objects.filter(pk__in=keys).with_contacts().in_bulk()
    return [found[key] for key in keys]


class SearchForm(forms.Form):
    """What the directory is asked. Nothing is required; what cannot be read is told beside its field."""

    q = forms.CharField(
        label=_("Name, need or number"),
        required=False,
        max_length=LONGEST_QUESTION,
        error_messages={"max_length": _("Use fewer words.")},
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", **live("input changed delay:200ms, search")}
        ),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        error_messages={"invalid_choice": _("There is no such country here. Choose one from the list.")},
        widget=forms.Select(attrs=live("change")),
    )
    kind = forms.ChoiceField(
        label=_("Way"),
        required=False,
        choices=WAYS,
        error_messages={"invalid_choice": _("Choose call, text or chat.")},
        widget=forms.Select(attrs=live("change")),
    )
    audience = forms.ChoiceField(
        label=_("For or about"),
        required=False,
        error_messages={"invalid_choice": _("There is nothing of that kind here. Choose from the list.")},
        widget=forms.Select(attrs=live("change")),
    )

    def __init__(self, data, *, country):
        super().__init__({**data.dict(), "country": data.get("country") or country})
        self.home = country
        shelf = list(Resource.objects.listed().values_list("country", "categories"))
        others = {each for each, _categories in shelf} - {country}
        named = sorted(((each, country_name(each)) for each in others), key=lambda choice: str(choice[1]))
        self.fields["country"].choices = [
            (country, country_name(country)),
            (EVERYWHERE, _("All countries")),
            *named,
        ]
        categories = {name for _country, names in shelf for name in names}
        self.fields["audience"].choices = [("", _("Anyone")), *subjects.choices(categories)]

    def results(self):
        """The entries asked for, as far as the question could be read; never more than MOST_SHOWN."""
        self.is_valid()
        asked = self.cleaned_data
        found = Resource.objects.listed()
        country = asked.get("country") or self.home
        found = found.crisis_first(self.home) if country == EVERYWHERE else found.for_country(country)
        if kind := asked.get("kind"):
            found = found.reachable_by(kind)
        if audience := asked.get("audience"):
            found = found.filter(categories__contains=[audience])
        rows = finding.find(found, asked.get("q") or "", home=self.home).rows[:MOST_SHOWN]
        return cards([row.pk for row in rows])

    @property
    def is_filtered(self):
        """Whether another country, a way or a kind of entry was asked for: then the filters stand open."""
        return bool(self.data.get("kind") or self.data.get("audience")) or self.data["country"] != self.home

    @property
    def is_narrowed(self):
        return self.is_filtered or bool(self.data.get("q"))
