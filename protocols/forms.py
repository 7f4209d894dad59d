"""Words of a step to be written, in each language side by side; and when an edition is to take effect."""

import secrets
import zoneinfo
from datetime import UTC, datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from protocols import rules
from protocols.content import LANGUAGES
from protocols.editions import WRITTEN_IN
from protocols.models import Setting
from protocols.readable import MOST_BYTES

IN_LANGUAGE = {"en": _("English"), "es": _("Spanish")}
SPARE = 2  # empty rows at the end; more come with each time it is saved
LAST = 99  # a row that says no place comes at the end


class WordsForm(forms.Form):
    """Texts and rows of texts of one step. A row that is emptied is taken out; its place says the order."""

    was = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)

    def __init__(self, data=None, *, step, was):
        super().__init__(data, initial={"was": was})
        self.step, self.rows = step, {}

    def add_text(self, name, label, said):
        for language in LANGUAGES:
            field = forms.CharField(
                label=f"{label}, {IN_LANGUAGE[language]}",
                required=False,
                initial=said.get(language, ""),
                widget=forms.Textarea(attrs={"rows": 2, "lang": language}),
            )
            self.fields[f"{name}-{language}"] = field

    def add_rows(self, kind, label, rows, *, more=None):
        """As many rows as the page had that was sent, else those there are and some to spare."""
        count = self.sent_rows(kind) if self.is_bound else len(rows) + SPARE
        self.rows[kind] = count
        self.fields[f"{kind}-rows"] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=count)
        for number in range(count):
            said = rows[number] if number < len(rows) else {}
            self.add_text(f"{kind}-{number}", f"{label} {number + 1}", said)
            place = forms.IntegerField(
                label=f"{_('Place')} {number + 1}",
                required=False,
                min_value=1,
                max_value=LAST,
                initial=number + 1,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )
            self.fields[f"{kind}-{number}-place"] = place
            if more:
                more(f"{kind}-{number}", said)

    def sent_rows(self, kind):
        try:
            return min(max(int(self.data.get(f"{kind}-rows", "0")), 0), rules.MOST[kind] + SPARE + 2)
        except ValueError:
            return 0

    def said(self, name):
        """What was typed under that name, by language; a text is one line however it was pasted."""
        typed = {language: self.cleaned_data.get(f"{name}-{language}", "") for language in LANGUAGES}
        return {language: " ".join(words.split()) for language, words in typed.items() if words.strip()}

    def typed_rows(self, kind):
        """The numbers of the rows in which something stands, in the order that was asked for."""
        numbers = [number for number in range(self.rows[kind]) if self.said(f"{kind}-{number}")]
        return sorted(numbers, key=lambda number: (self.cleaned_data.get(f"{kind}-{number}-place") or LAST, number))

    def bound(self, names):
        return [self[name] for name in names]

    def bound_rows(self, kind):
        """Each row as its fields, for the page: the words and their place, then whatever else belongs to it."""
        for number in range(self.rows[kind]):
            name = f"{kind}-{number}-"
            said = [f"{name}{each}" for each in [*LANGUAGES, "place"]]
            more = [each for each in self.fields if each.startswith(name) and each not in said]
            yield {"said": self.bound(said), "more": self.bound(more)}

    @property
    def prompt_fields(self):
        return self.bound(f"prompt-{language}" for language in LANGUAGES)

    @property
    def line_rows(self):
        return self.bound_rows("lines")

    def clean(self):
        data = super().clean()
        for path, words in rules.problems_of(self.written()):
            name = self.name_of(path)
            self.add_error(name if name in self.fields else None, words)
        return data

    def row_name(self, kind, rest):
        """The field of a text in a row; of the rows as a whole, the first one."""
        numbers = self.typed_rows(kind)
        if not rest:
            return f"{kind}-0-{WRITTEN_IN}"
        return f"{kind}-{numbers[rest[0]]}-{rest[1]}"


class StepForm(WordsForm):
    """What a step says everywhere, and the organisation's own tasks at it."""

    def __init__(self, data=None, *, step, was):
        super().__init__(data, step=step, was=was)
        self.add_text("title", _("Title"), step["title"])
        self.add_text("prompt", _("Prompt"), step["prompt"])
        self.add_rows("lines", _("Say or do"), step["lines"], more=self.add_not_in)
        self.add_rows("own_tasks", _("Own task"), step["own_tasks"], more=self.add_key)

    @property
    def title_fields(self):
        return self.bound(f"title-{language}" for language in LANGUAGES)

    @property
    def own_rows(self):
        return self.bound_rows("own_tasks")

    def add_not_in(self, name, line):
        self.fields[f"{name}-not_in"] = forms.MultipleChoiceField(
            label=_("Left out in"),
            choices=Setting.choices,
            required=False,
            initial=line.get("not_in", []),
            widget=forms.CheckboxSelectMultiple,
        )

    def add_key(self, name, task):
        key = forms.CharField(widget=forms.HiddenInput, required=False, initial=task.get("key", ""))
        self.fields[f"{name}-key"] = key

    def written(self):
        """The step with what was typed in place of what it said."""
        return self.step | {
            "title": self.said("title"),
            "prompt": self.said("prompt"),
            "lines": [self.line(number) for number in self.typed_rows("lines")],
            "own_tasks": [self.own_task(number) for number in self.typed_rows("own_tasks")],
        }

    def line(self, number):
        chosen = self.cleaned_data.get(f"lines-{number}-not_in", [])
        return self.said(f"lines-{number}") | {"not_in": [name for name in Setting.values if name in chosen]}

    def own_task(self, number):
        """One that was here keeps its key; any other is a new task."""
        known = {task["key"] for task in self.step["own_tasks"]}
        key = self.cleaned_data.get(f"own_tasks-{number}-key")
        return self.said(f"own_tasks-{number}") | {"key": key if key in known else f"task-{secrets.token_hex(4)}"}

    def name_of(self, path):
        kind, *rest = path
        if kind in self.rows:
            return self.row_name(kind, rest)
        return "-".join(map(str, path))


class SettingForm(WordsForm):
    """What a step says differently in one setting: another prompt, and lines beside the usual ones."""

    def __init__(self, data=None, *, step, was, setting):
        super().__init__(data, step=step, was=was)
        self.setting = setting
        own = step["settings"].get(setting, {})
        self.add_text("prompt", _("Prompt instead of the usual one"), own.get("prompt", {}))
        self.add_rows("lines", _("Say or do"), own.get("lines", []))

    @property
    def setting_label(self):
        return Setting(self.setting).label

    def written(self):
        words = {
            "prompt": self.said("prompt"),
            "lines": [self.said(f"lines-{number}") for number in self.typed_rows("lines")],
        }
        own = self.step["settings"].get(self.setting, {}) | words
        own = {name: value for name, value in own.items() if value}
        settings = {name: value for name, value in self.step["settings"].items() if name != self.setting}
        if own:
            settings[self.setting] = own
        return self.step | {"settings": {name: settings[name] for name in Setting.values if name in settings}}

    def name_of(self, path):
        if path[:2] != ("settings", self.setting):
            return ""
        kind, *rest = path[2:]
        return self.row_name(kind, rest) if kind in self.rows else f"{kind}-{rest[0]}"


class TitleForm(forms.Form):
    title = forms.CharField(
        label=_("Title of this version"), max_length=80, error_messages={"required": _("Give it a title.")}
    )


NOW, LATER = "now", "later"


class PublishForm(forms.Form):
    """When an edition takes effect: at once, or at a time on the clock of a place."""

    when = forms.ChoiceField(
        label=_("When does it take effect?"),
        choices=[(NOW, _("Now")), (LATER, _("At a time"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose when.")},
    )
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    time = forms.TimeField(label=_("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    zone = forms.CharField(
        label=_("Time zone"), required=False, max_length=60, help_text=_("Such as Europe/London. Yours, if empty.")
    )

    def clean_zone(self):
        zone = self.cleaned_data["zone"].strip()
        if zone and zone not in zoneinfo.available_timezones():
            raise forms.ValidationError(_("There is no such time zone. Write it as Europe/London."))
        return zone

    def clean(self):
        data = super().clean()
        if data.get("when") == LATER:
            for name, words in (("day", _("Give the day.")), ("time", _("Give the time."))):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return data

    def moment(self, *, zone):
        """What `publishing.publish` takes: nothing for now; else `at` (aware) and the clock it was said on.

        A time that comes twice on its day is the first one. One that does not come is told beside its field.
        """
        data = self.cleaned_data
        if data["when"] == NOW:
            return {}
        name = data["zone"] or zone
        wall = datetime.combine(data["day"], data["time"], tzinfo=zoneinfo.ZoneInfo(name))
        if wall.astimezone(UTC).astimezone(wall.tzinfo).replace(fold=0) != wall:
            self.add_error("time", _("Clocks skip this time on that day. Choose another one."))
        return {"at": wall, "zone": name}


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("A file of the eleven steps: the readable one, or a PlanDefinition. At most 300 kB."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large: at most 300 kB."))
        return file.read()


class ReadForm(forms.Form):
    """What was read and found good, sent once more to become a draft."""

    words = forms.CharField(widget=forms.HiddenInput, max_length=MOST_BYTES, strip=False)
