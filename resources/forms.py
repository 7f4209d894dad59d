"""What the directory is asked."""

from urllib.parse import urlencode

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from resources import finding
from resources.filters import FILTERS, INTERPRETED, narrow
from resources.models import Resource
from resources.places import COUNTRIES, country_name, is_country

EVERYWHERE = "all"
LONGEST_QUESTION = 80
FIRST_SHOWN, MOST_SHOWN = 25, 100  # a screen or two at once, as many as anybody reads when asked for


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
    found = Resource.objects.with_contacts().in_bulk(keys)
    return [found[key] for key in keys if key in found]


class SearchForm(forms.Form):
    """What the directory is asked. Nothing is required; what cannot be read is told beside its field.

    The choices of a filter are those that would find something, each with the number it would find.
    """

    q = forms.CharField(
        label=_("Name, need or number"),
        required=False,
        max_length=LONGEST_QUESTION,
        error_messages={"max_length": _("Use fewer words.")},
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "autocomplete": "off",
                "autofocus": True,
                **live("input changed delay:200ms, search"),
            }
        ),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        error_messages={"invalid_choice": _("There is no such country here. Choose one from the list.")},
        widget=forms.Select(attrs=live("change")),
    )

    def __init__(self, data, *, country):
        super().__init__({**data.dict(), "country": data.get("country") or country})
        self.home = country
        asked = self.data["country"]
        others = (COUNTRIES.keys() | ({asked} if is_country(asked) else set())) - {country}
        named = sorted(((each, country_name(each)) for each in others), key=lambda choice: str(choice[1]))
        self.fields["country"].choices = [(country, country_name(country)), (EVERYWHERE, _("All countries")), *named]
        for name, each in FILTERS.items():
            self.fields[name] = forms.CharField(
                label=each.label, required=False, max_length=120, widget=forms.Select(attrs=live("change"))
            )
        self.search()

    def search(self):
        """Find, then narrow; afterwards `found`, `narrowed` and the choices of the filters are there."""
        self.is_valid()
        entries = Resource.objects.listed()
        country = self.cleaned_data.get("country") or self.home
        if country == EVERYWHERE:
            entries = entries.crisis_first(self.home)
        elif self.cleaned_data.get("q"):
            entries = entries.serving(country).by_name()
        else:
            entries = entries.first_serving(country, finding.MOST_LOOKED_AT)
        chosen = {name: value for name, value in self.chosen.items() if FILTERS[name].may_ask_for(value)}
        self.found = finding.find(entries, self.cleaned_data.get("q") or "", home=self.home)
        self.narrowed = narrow(self.found, chosen)
        for name, each in FILTERS.items():
            self.offer(name, each)

    def offer(self, name, each):
        """Give a filter its choices; one that is set but unknown is told as an error beside it."""
        counts, value = self.narrowed.counts[name], self.chosen.get(name)
        is_known = value is not None and each.may_ask_for(value)
        used = set(counts) | ({value} if is_known else set())
        choices = [("", each.anything), *numbered(each.wording(used), counts, is_cut=self.found.is_cut)]
        self.fields[name].widget.choices = choices
        if value and not is_known:
            self.add_error(name, each.unknown)

    @property
    def chosen(self):
        return {name: self.cleaned_data[name] for name in FILTERS if self.cleaned_data.get(name)}

    @property
    def results(self):
        """The entries asked for, ready for cards: the first of them, or as many as may be when more were asked for."""
        return cards([row.pk for row in self.narrowed.rows[: self.number_shown]])

    @property
    def number_shown(self):
        return MOST_SHOWN if self.data.get("more") else FIRST_SHOWN

    @property
    def more(self):
        """How to ask for more, and how many there would be; nothing where all are shown that may be."""
        number = min(len(self.narrowed.rows), MOST_SHOWN) - self.number_shown
        return (number, self.query(more="1")) if number > 0 else None

    @property
    def is_filtered(self):
        """Whether another country or a filter was asked for: then the filters stand open."""
        return bool(self.chosen) or self.data["country"] != self.home

    @property
    def is_narrowed(self):
        return self.is_filtered or bool(self.data.get("q"))

    @property
    def ways_out(self):
        """Where nothing was found: each filter that alone stands in the way, what it would find, and without what."""
        outs = [(self[name].label, number, self.query(**{name: ""})) for name, number in self.narrowed.without.items()]
        return sorted(outs, key=lambda out: -out[1])

    @property
    def interpreted(self):
        """How many have interpreters, where none speaks the language that was asked for; and how to ask for them."""
        number = self.narrowed.counts["language"][INTERPRETED]
        return (number, self.query(language=INTERPRETED)) if number and "language" in self.chosen else None

    def query(self, **changed):
        """The query string that asks the same but for what is `changed`."""
        asked = {name: self.data.get(name, "") for name in self.fields} | changed
        return "?" + urlencode({name: value for name, value in asked.items() if value})


def numbered(choices, counts, *, is_cut):
    """Each choice with the number it would find; with a plus where there are more entries than were looked at."""
    for value, label in choices:
        if isinstance(label, list):
            yield value, list(numbered(label, counts, is_cut=is_cut))
        else:
            yield value, f"{label} ({counts[value]}{'+' if is_cut else ''})"
