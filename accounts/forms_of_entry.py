"""Forms about getting in: an invitation, its answer, a person's roles, a forgotten password."""

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import staff_mails
from accounts.models import Role, StaffMail, Team, User


class TeamField(forms.ModelChoiceField):
    def label_from_instance(self, team):
        return f"{team.site.name}, {team.name}"


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, person):
        return person.name


def roles_field():
    return forms.TypedMultipleChoiceField(label=_("Roles"), choices=Role, widget=forms.CheckboxSelectMultiple)


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("As colleagues know them."))
    roles = roles_field()
    team = TeamField(label=_("Site and team"), queryset=Team.objects.none())
    supervisor = PersonField(
        label=_("Supervisor"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody"),
        help_text=_("For a therapist: who reads their reports, from the day they join."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.open()
        supervisors = User.objects.filter(is_active=True, roles__contains=[Role.SUPERVISOR])
        self.fields["supervisor"].queryset = supervisors.order_by("name")


class RolesForm(forms.Form):
    roles = roles_field()
    is_active = forms.BooleanField(
        label=_("Works here"), required=False, help_text=_("Without it they cannot sign in. Nothing of theirs is lost.")
    )


class JoinForm(forms.Form):
    """The password of somebody new, by the rules all passwords here go by."""

    password1 = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    password2 = forms.CharField(
        label=_("Password (again)"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password1(self):
        password = self.cleaned_data["password1"]
        validate_password(password, user=self.person)
        return password

    def clean_password2(self):
        if self.cleaned_data.get("password1") not in {None, self.cleaned_data["password2"]}:
            raise ValidationError(_("You must type the same password each time."))
        return self.cleaned_data["password2"]


class ForgottenPasswordForm(ResetPasswordForm):
    def save(self, request, **_):
        """A mail is put out whether the address is known or not: the answer and its time tell nothing."""
        for person in self.users or [None]:
            staff_mails.write(StaffMail.Kind.FORGOTTEN_PASSWORD, person=person)
        return self.cleaned_data["email"]
