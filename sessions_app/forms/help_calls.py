"""What a call for help carries. Nothing in it is required."""

import uuid

from django import forms

from sessions_app.forms.steps import TapForm
from sessions_app.models import DepartureEvent


class AskForm(TapForm):
    """A wrong or foreign departure never stops a call: it goes out without one."""

    call = forms.UUIDField(required=False)
    departure = forms.ModelChoiceField(DepartureEvent.objects.none(), required=False)

    def __init__(self, *args, departures, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["departure"].queryset = departures

    def facts(self):
        """What could be read. Call after `is_valid()`."""
        data = self.cleaned_data
        return {"id": data.get("call") or uuid.uuid4(), "departure": data.get("departure"), "at": data.get("at")}


class AgainForm(forms.Form):
    times_called = forms.IntegerField(min_value=1, max_value=1000)
