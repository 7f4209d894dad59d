from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from sessions_app.models import EmergencyAccess


class TeamField(forms.ModelChoiceField):
    """Teams by site and name, as people call them."""

    def label_from_instance(self, team):
        return f"{team.site.name}, {team.name}"


class EmergencyForm(forms.Form):
    """Whose record, and why. Nothing here says whether the reference exists."""

    reason = forms.ChoiceField(
        label=_("What has happened?"),
        choices=EmergencyAccess.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what has happened.")},
    )
    words = forms.CharField(
        label=_("Why can it not wait?"),
        help_text=_("A few words for whoever looks at this later. No names, and nothing about the client."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in a few words why it cannot wait.")},
    )
    team = TeamField(
        Team.objects.none(),
        label=_("Team of the client"),
        error_messages={"required": _("Choose the team."), "invalid_choice": _("Choose a team from the list.")},
    )
    reference = forms.CharField(
        label=_("The client's reference"),
        help_text=_("Exactly as your clinic writes it."),
        max_length=30,
        error_messages={"required": _("Give the reference.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.select_related("site").order_by("site__name", "name")

    def nothing_there(self):
        self.add_error("reference", _("Nothing under this reference in this team. Check both, then try again."))


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Was it right to open the record?"),
        choices=EmergencyAccess.Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    words = forms.CharField(
        label=_("Why?"),
        help_text=_("Kept with it. Nothing about the client."),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in a few words why.")},
    )
