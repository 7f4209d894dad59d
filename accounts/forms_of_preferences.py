"""The clock on somebody's wall: a list by parts of the world, which a word makes shorter."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import preferences


class SearchZoneForm(forms.Form):
    """What a page is asked for in its address: sent with GET, so that it works without a script."""

    q = forms.CharField(
        label=_("Find a place"), max_length=50, required=False, widget=forms.TextInput({"type": "search"})
    )


class TimeZoneForm(forms.Form):
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args, person, searched="", **kwargs):
        super().__init__(*args, initial={"time_zone": person.time_zone}, **kwargs)
        own = ("", _("As at your site: %(zone)s") % {"zone": person.site.time_zone})
        field = self.fields["time_zone"]
        field.choices = [own, *preferences.zones(searched=searched, kept=person.time_zone)]
        field.error_messages["invalid_choice"] = _("Choose a place from the list.")
