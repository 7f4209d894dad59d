from django import forms
from django.utils.translation import gettext_lazy as _

from sessions_app import intake
from sessions_app.models import IntakeTitle

Meaning = IntakeTitle.Meaning


class IntakeForm(forms.Form):
    file = forms.FileField(
        label=_("Calendar or list"),
        help_text=_(
            "A calendar file (.ics) or a list (CSV), 5 MB at most. You see what is in it before anything changes."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".ics,.csv,.txt,text/calendar,text/csv"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    def clean_file(self):
        """What is too large is not even read."""
        file = self.cleaned_data["file"]
        if file.size > intake.MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB. Send a shorter period."))
        return file


class TitlesForm(forms.Form):
    """What each heading of a calendar stands for: left out, a session with nobody named, or one with a client."""

    def __init__(self, *args, titles, clients, **kwargs):
        super().__init__(*args, **kwargs)
        self.clients, self.titles = {str(client.pk): client for client in clients}, list(titles)
        own = [(pk, client.reference) for pk, client in self.clients.items()]
        choices = [*(each for each in Meaning.choices if each[0] != Meaning.CLIENT), (_("Clients of mine"), own)]
        for title in self.titles:
            initial = str(title.client_id) if title.client_id else title.meaning
            self.fields[f"title-{title.pk}"] = forms.ChoiceField(
                label=title.words, choices=choices, initial=initial, required=False
            )

    def rows(self):
        return [(title, self[f"title-{title.pk}"]) for title in self.titles]

    def meanings(self):
        """{title's id: (meaning, client or None)}. Call when valid; what was left empty is left out."""
        return {title.pk: self.meaning(self.cleaned_data[f"title-{title.pk}"]) for title in self.titles}

    def meaning(self, chosen):
        client = self.clients.get(chosen)
        return (Meaning.CLIENT, client) if client else (chosen or Meaning.LEAVE_OUT, None)
