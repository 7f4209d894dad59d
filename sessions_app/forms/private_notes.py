from django import forms
from django.utils.translation import gettext_lazy as _


class PrivateNoteForm(forms.Form):
    text = forms.CharField(
        label=_("Your note"),
        help_text=_("Your own thoughts on the session. Facts about care belong into the report."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": _("Write something, or erase the note.")},
    )
