"""Words to weigh that the organisation adds, and those of Doorway that it takes out."""

from django import forms
from django.utils.translation import gettext_lazy as _

from sessions_app import wording

LANGUAGES = [("en", "English"), ("es", "Español")]
SPARE, MOST_ROWS, LONGEST, SHORTEST = 3, 60, 60, 2


class WordListForm(forms.Form):
    """A row for each reason: some wordings, what kind they are, and another way to say it."""

    was = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)
    rows = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, standing, was):
        super().__init__(data, initial={"was": was, "rows": len(standing["added"]) + SPARE})
        self.count = self.sent_rows() if self.is_bound else len(standing["added"]) + SPARE
        for number in range(self.count):
            self.add_row(number, standing["added"][number] if number < len(standing["added"]) else {})
        for language, name in LANGUAGES:
            self.fields[f"removed-{language}"] = forms.CharField(
                label=f"{_('Not to be weighed')}, {name}",
                required=False,
                initial="\n".join(standing["removed"].get(language, [])),
                widget=forms.Textarea(attrs={"rows": 4}),
                help_text=_("Words of Doorway’s own list, one in each line."),
            )

    def sent_rows(self):
        try:
            return min(max(int(self.data.get("rows", "0")), 0), MOST_ROWS)
        except ValueError:
            return 0

    def add_row(self, number, row):
        number_words = {"label": f"{_('Words')} {number + 1}", "initial": ", ".join(row.get("words", []))}
        kinds = [("", "–"), *wording.KINDS.items()]
        self.fields |= {
            f"{number}-words": forms.CharField(required=False, max_length=400, **number_words),
            f"{number}-instead": forms.CharField(
                label=f"{_('Perhaps instead')} {number + 1}",
                required=False,
                max_length=120,
                initial=row.get("instead", ""),
            ),
            f"{number}-kind": forms.ChoiceField(
                label=f"{_('Why')} {number + 1}", choices=kinds, required=False, initial=row.get("kind", "")
            ),
            f"{number}-language": forms.ChoiceField(
                label=f"{_('Language')} {number + 1}", choices=LANGUAGES, initial=row.get("language", "en")
            ),
        }

    @property
    def shown_rows(self):
        parts = ("words", "instead", "kind", "language")
        return [[self[f"{number}-{part}"] for part in parts] for number in range(self.count)]

    @property
    def removed_fields(self):
        return [self[f"removed-{language}"] for language, _name in LANGUAGES]

    def clean(self):
        data = super().clean()
        for number in range(self.count):
            words = split(data.get(f"{number}-words", ""), ",")
            if words and any(not SHORTEST <= len(each) <= LONGEST for each in words):
                self.add_error(f"{number}-words", _("Each has 2 to 60 letters; a comma stands between them."))
            for part, told in (("instead", _("Say what could be said instead.")), ("kind", _("Choose why."))):
                if words and not data.get(f"{number}-{part}"):
                    self.add_error(f"{number}-{part}", told)
        for language, _name in LANGUAGES:
            known = {each for row in wording.read()[language] for each in row["words"]}
            if unknown := [each for each in split(data.get(f"removed-{language}", ""), "\n") if each not in known]:
                words = _("Not in Doorway’s list: %(words)s.") % {"words": ", ".join(unknown[:5])}
                self.add_error(f"removed-{language}", words)
        return data

    def written(self):
        data = self.cleaned_data
        added = [
            {
                "words": words,
                "instead": data[f"{number}-instead"],
                "kind": data[f"{number}-kind"],
                "language": data[f"{number}-language"],
            }
            for number in range(self.count)
            if (words := split(data[f"{number}-words"], ","))
        ]
        removed = {language: split(data[f"removed-{language}"], "\n") for language, _name in LANGUAGES}
        return {"added": added, "removed": {language: words for language, words in removed.items() if words}}


def split(text, sign):
    """Its parts without spaces around them, each once."""
    return list(dict.fromkeys(part for each in text.split(sign) if (part := " ".join(each.split()))))
