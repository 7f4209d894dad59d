"""Forms of those who bring lists into the directory."""

from django import forms
from django.utils.translation import gettext_lazy as _

from resources import batches
from resources.models import ImportRow
from resources.places import COUNTRIES
from resources.reading import Unreadable, files
from resources.reading.mapping import TARGETS
from resources.wall_times import known_zone

LONGEST_NUMBER = 15  # digits of a row's id
TOO_BIG = _("The file is larger than 50 MB. Send it in parts, or as a zip.")


class UploadForm(forms.Form):
    """A list, and what it does not say of itself."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, Excel (.xlsx), JSON, or a zip of these. At most 50 MB."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )
    source = forms.CharField(
        label=_("Who made the list"),
        max_length=80,
        help_text=_("Write it the same way each time: that is how old and new entries are matched."),
        error_messages={"required": _("Say who made the list.")},
    )
    country = forms.ChoiceField(
        label=_("Country"), choices=lambda: sorted(COUNTRIES.items(), key=lambda each: str(each[1]))
    )
    zone = forms.CharField(
        label=_("Time zone"), max_length=60, help_text=_("Such as Europe/London. For hours that name none.")
    )
    is_full_replacement = forms.TypedChoiceField(
        label=_("How much of the list is it?"),
        choices=[
            ("", _("A part, or news: nothing is taken out")),
            ("whole", _("All of it: what it does not have any more is taken out")),
        ],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > batches.MOST_BYTES:
            raise forms.ValidationError(TOO_BIG)
        try:
            files.first_look(file)
        except Unreadable as unreadable:
            raise forms.ValidationError(str(unreadable)) from unreadable
        return file

    def clean_source(self):
        return " ".join(self.cleaned_data["source"].replace("\0", "").split())

    def clean_zone(self):
        zone = self.cleaned_data["zone"].strip()
        if known_zone(zone) is None:
            raise forms.ValidationError(_("There is no such time zone. Write it as Europe/London."))
        return zone


class MappingForm(forms.Form):
    """What each column of a list means."""

    def __init__(self, data=None, *, columns, mapping=None):
        super().__init__(data)
        self.columns = columns
        for number, column in enumerate(columns):
            self.fields[f"c{number}"] = forms.ChoiceField(
                label=column["name"][:200],
                choices=TARGETS.items(),
                required=False,
                initial=(mapping or {}).get(column["name"], column["suggested"]),
                help_text=" · ".join(column["samples"]) or _("Empty in the first rows"),
                error_messages={"invalid_choice": _("Choose from the list.")},
            )
        self.fields["profile"] = forms.CharField(
            label=_("Keep this for the next time under the name"),
            max_length=80,
            required=False,
            help_text=_("May stay empty."),
        )

    def clean(self):
        data = super().clean()
        if "name" not in self.chosen().values():
            raise forms.ValidationError(_("Say which column has the name of the service."))
        return data

    def chosen(self):
        """Column -> code, for every column."""
        return {each["name"]: self.cleaned_data.get(f"c{n}") or "" for n, each in enumerate(self.columns)}


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=ImportRow.Decision.choices)
    resource = forms.UUIDField(required=False)


class ChoiceOfRowsForm(forms.Form):
    """Which of the rows shown on a page are to be taken over."""

    def __init__(self, data):
        super().__init__(data)
        self.shown, self.taken = numbers(data.getlist("shown")), numbers(data.getlist("taken"))


def numbers(listed):
    return [int(each) for each in listed if each.isascii() and each.isdigit() and len(each) <= LONGEST_NUMBER]
