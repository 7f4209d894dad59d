"""What was given, how, and whether it is safe at home. Only the choice of what was given is required."""

from django import forms
from django.utils.translation import gettext_lazy as _

from resources.models import Bundle, Resource
from resources.subjects import is_unsafe_if_found
from sessions_app import offers
from sessions_app.forms.steps import TapForm
from sessions_app.models import GivenResource

LONGEST_SEARCH = 80
Safe = GivenResource.Safe


class GiveResourcesForm(TapForm):
    """One to three entries or a set of them, and how they were given."""

    resources = forms.ModelMultipleChoiceField(
        queryset=Resource.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        label=_("Which ones?"),
        required=False,
    )
    bundles = forms.ModelMultipleChoiceField(
        queryset=Bundle.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        label=_("Sets that belong together"),
        required=False,
    )
    q = forms.CharField(
        label=_("Find another: name, need or number"),
        required=False,
        max_length=LONGEST_SEARCH,
        error_messages={"max_length": _("Use fewer words.")},
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    safe_at_home = forms.ChoiceField(
        choices=Safe.choices,
        widget=forms.RadioSelect,
        label=_("Is it safe to take this home?"),
        help_text=_("Ask before anything goes on paper or on their phone. If not, say it aloud only."),
        required=False,
        initial=Safe.NOT_ASKED,
    )
    way = forms.ChoiceField(
        choices=GivenResource.Way.choices,
        widget=forms.RadioSelect,
        label=_("How did you give it?"),
        initial="spoken",
    )
    taken = forms.ChoiceField(
        choices=GivenResource.Taken.choices,
        widget=forms.RadioSelect,
        label=_("Did they take it?"),
        initial="unknown",
    )

    MOST = 3

    def __init__(self, *args, departure, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["resources"].queryset = offers.entries_for(departure)
        self.fields["bundles"].queryset = offers.bundles_for(departure).prefetch_related("items")

    def clean_resources(self):
        resources = self.cleaned_data["resources"]
        if len(resources) > self.MOST:
            raise forms.ValidationError(_("Choose at most three: more is hard to keep in mind."))
        return resources

    def clean_safe_at_home(self):
        return self.cleaned_data["safe_at_home"] or Safe.NOT_ASKED

    def clean(self):
        data = super().clean()
        if {"resources", "bundles"} <= data.keys():
            single = {each.pk: each for each in data["resources"]}
            data["chosen"] = list((single | {each.pk: each for each in offers.members_of(data["bundles"])}).values())
            if not data["chosen"]:
                self.add_error("resources", _("Choose one to three."))
        return data

    def refuse_cards(self):
        """Whether the choice may not go on paper yet; then the question about home says why."""
        answer, chosen = self.cleaned_data["safe_at_home"], self.cleaned_data["chosen"]
        if answer == Safe.NO:
            self.add_error("safe_at_home", _("They said that it is not safe to take home. Say it aloud only."))
        elif answer == Safe.NOT_ASKED and any(is_unsafe_if_found(each.categories) for each in chosen):
            self.add_error("safe_at_home", _("Ask this first: somebody at home may find the card."))
        return bool(self.errors)
