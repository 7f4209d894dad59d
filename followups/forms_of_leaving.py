"""Who takes over what somebody leaves behind."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User

CHOOSE = {"required": _("Choose who takes over.")}


def named(field, people, *, without):
    field.queryset = people.filter(is_active=True).exclude(pk=without.pk).order_by("name", "pk")
    field.label_from_instance = lambda person: person.name


class FollowUpsForm(forms.Form):
    prefix = "follow-ups"
    to = forms.ModelChoiceField(User.objects.none(), label=_("Who sees to them?"), error_messages=CHOOSE)

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        clinical = User.objects.filter(roles__overlap=[Role.THERAPIST, Role.SUPERVISOR])
        named(self.fields["to"], clinical, without=person)


class SuperviseesForm(forms.Form):
    prefix = "supervisees"
    to = forms.ModelChoiceField(User.objects.none(), label=_("Who supervises them?"), error_messages=CHOOSE)

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        named(self.fields["to"], User.objects.filter(roles__contains=[Role.SUPERVISOR]), without=person)
