"""What starting an exercise carries, and what is written down in one that only looks at pages."""

import uuid

from django import forms

from sessions_app.forms.steps import TapForm
from sessions_app.practice import LONGEST_NOTE


class BeginForm(TapForm):
    """Nothing in it is required: what cannot be read is left out."""

    id = forms.UUIDField(required=False)

    def facts(self):
        """What could be read. Call after `is_valid()`."""
        return {"id": self.cleaned_data.get("id") or uuid.uuid4(), "at": self.cleaned_data.get("at")}


class NotedForm(forms.Form):
    """One box for each question of the script. All may stay empty."""

    def __init__(self, *args, script, **kwargs):
        super().__init__(*args, **kwargs)
        for key, asked in script.ask:
            widget = forms.Textarea(attrs={"rows": 3})
            self.fields[key] = forms.CharField(label=asked, required=False, max_length=LONGEST_NOTE, widget=widget)
