"""Forms of admins about who answers for whom, who is in training, and teams. They validate; verbs refuse the rest."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms_of_entry import PersonField, TeamField
from accounts.models import Role, Site, Team, User


class SiteField(forms.ModelChoiceField):
    def label_from_instance(self, site):
        return site.name


def day(label, **options):
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, **options)


class AboutForm(forms.Form):
    """A form about `row`, which fills it in; `today` is the day where it counts."""

    def __init__(self, *args, row, today=None, **kwargs):
        self.row, self.today = row, today
        super().__init__(*args, initial=self.beginning(), **kwargs)

    def beginning(self):
        return {}


class DaysForm(AboutForm):
    starts_on = day(_("First day"))
    ends_on = day(_("Last day"), required=False, help_text=_("Leave it empty if you do not know yet."))

    def beginning(self):
        return {"starts_on": self.today}


class SupervisorForm(DaysForm):
    """Which supervisor answers for a person, or for a team."""

    supervisor = PersonField(label=_("Supervisor"), queryset=User.objects.none())
    field_order = ["supervisor"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        found = User.objects.filter(is_active=True, roles__contains=[Role.SUPERVISOR]).order_by("name", "pk")
        self.fields["supervisor"].queryset = found.exclude(pk=self.row.pk) if isinstance(self.row, User) else found


class LastDayForm(AboutForm):
    last = day(_("Last day"), help_text=_("Yesterday, if it is to hold no more from now on."))

    def beginning(self):
        return {"last": self.today}


class TeamNameForm(AboutForm):
    name = forms.CharField(label=_("Name"), max_length=80)

    def beginning(self):
        return {"name": self.row.name}


class NewTeamForm(forms.Form):
    site = SiteField(label=_("Site"), queryset=Site.objects.none(), empty_label=None)
    name = forms.CharField(label=_("Name"), max_length=80)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = Site.objects.order_by("name")


class MoveForm(AboutForm):
    team = TeamField(label=_("Site and team"), queryset=Team.objects.none())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.open().exclude(pk=self.row.team_id)
