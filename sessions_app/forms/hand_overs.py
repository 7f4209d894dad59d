"""Which clients go to whom."""

from django import forms
from django.utils.translation import gettext_lazy as _

from sessions_app import hand_overs
from sessions_app.models import Client, in_order


class InOrder(forms.models.ModelChoiceIterator):
    """By reference, which the database cannot sort by."""

    def __iter__(self):
        return (self.choice(each) for each in in_order(self.queryset))


class ClientsField(forms.ModelMultipleChoiceField):
    iterator = InOrder
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, client):
        return " · ".join(filter(None, [client.reference, client.preferred_name]))


class HandOverForm(forms.Form):
    clients = ClientsField(
        Client.objects.none(), label=_("Which clients?"), error_messages={"required": _("Choose at least one client.")}
    )
    to = forms.ModelChoiceField(
        None, label=_("Who takes them over?"), error_messages={"required": _("Choose who takes them over.")}
    )
    note = forms.CharField(
        label=_("A note for them"),
        help_text=_("It stands on the page of each of these clients. It goes into no message."),
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, former, clients, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["clients"].queryset = clients
        self.fields["to"].queryset = hand_overs.may_take_over(former)
        self.fields["to"].label_from_instance = lambda person: f"{person.name}, {person.team.name}"
