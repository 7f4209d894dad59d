"""What a privacy officer is asked: which rule a site keeps records by, and which record is held."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from followups.keeping import holds, rules
from followups.models import LegalHold


class RuleForm(forms.Form):
    """A country's rule for a site, as it is or longer."""

    key = forms.ChoiceField(label=_("Rule"), widget=forms.RadioSelect, error_messages={"required": _("Choose a rule.")})
    record_class = forms.ChoiceField(
        label=_("For"),
        choices=[("chart", _("Chart")), ("quality", _("Quality review")), ("private", _("Private notes"))],
        initial="chart",
    )
    years_after_last = forms.IntegerField(label=_("Years after the last service"), min_value=0, max_value=100)
    years_after_majority = forms.IntegerField(label=_("Years after coming of age"), min_value=0, max_value=100)

    def __init__(self, *args, site, **options):
        super().__init__(*args, **options)
        self.rules = {each.key: each for each in rules.of_country(site.country)}
        self.fields["key"].choices = [(each.key, each.name) for each in self.rules.values()]

    def clean(self):
        said = super().clean()
        rule = self.rules.get(said.get("key"))
        if rule:
            least = rule.classes.get(said.get("record_class"), rule.classes["chart"])
            for name, years in zip(("years_after_last", "years_after_majority"), least, strict=True):
                if said.get(name) is not None and said[name] < years:
                    words = _("The rule asks for %(years)s or more. You may keep for longer, not for shorter.")
                    self.add_error(name, forms.ValidationError(words, params={"years": years}))
        return said


class HoldForm(forms.Form):
    """The client by team and exact reference; nothing else of them is shown, whether there is one or not."""

    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), error_messages={"required": _("Choose a team.")}
    )
    reference = forms.CharField(
        label=_("Client's reference, exactly as it is"), max_length=30, error_messages={"required": _("Give it.")}
    )
    reason = forms.ChoiceField(
        label=_("Why?"),
        choices=LegalHold.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of these.")},
    )
    matter = forms.CharField(
        label=_("Number of your file"),
        max_length=40,
        required=False,
        help_text=_("A number only. No names, and nothing from the record."),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["team"].queryset = Team.objects.select_related("site").order_by("site__name", "name")
        self.fields["team"].label_from_instance = lambda team: f"{team.site.name}, {team.name}"

    def clean(self):
        said = super().clean()
        if said.get("team") and said.get("reference"):
            try:
                holds.key_of(said["team"], said["reference"])
            except holds.NoSuchClient:
                self.add_error("reference", _("No client of this team has this reference."))
        return said
