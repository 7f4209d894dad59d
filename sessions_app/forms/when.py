"""Asking for a day and a time of day."""

from django import forms
from django.utils.translation import gettext_lazy as _


class WhenField(forms.SplitDateTimeField):
    """A day and a time in the person's own zone; the value is an aware datetime, or None when both are empty."""

    def __init__(self, **kwargs):
        widget = forms.SplitDateTimeWidget(
            date_format="%Y-%m-%d",  # what an <input type=date> takes, whatever the language
            time_format="%H:%M",
            date_attrs={"type": "date", "aria-label": _("Day")},
            time_attrs={"type": "time", "aria-label": _("Time")},
        )
        super().__init__(widget=widget, **kwargs)
