"""Forms of those who add entries and change them. They read; the verbs save."""

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _

from resources import inclusion, phones, subjects
from resources.forms_of_checking import UNKNOWN_SHORT
from resources.forms_of_hours import HoursForm
from resources.hours import ALWAYS, UNKNOWN, WEEKLY, hours_or_unknown
from resources.models import Alias, ContactPoint, Coverage, Evidence, Location, Resource
from resources.places import EUROPE, is_country

KINDS_WITH_NUMBER = [
    ContactPoint.Kind.VOICE,
    ContactPoint.Kind.SMS,
    ContactPoint.Kind.TTY,
    ContactPoint.Kind.WHATSAPP,
]
YES_NO_UNKNOWN = [("", _("Not known")), ("yes", _("Yes")), ("no", _("No"))]
DAY = {"type": "date"}


class CountryField(forms.CharField):
    """The two letters of a country, large or small."""

    def __init__(self, **options):
        super().__init__(min_length=2, max_length=2, help_text=_("Two letters, such as US or GB."), **options)

    def clean(self, value):
        code = super().clean(value).upper()
        if code and code != EUROPE and not is_country(code):
            raise forms.ValidationError(_("There is no such country. Use two letters, such as US or GB."))
        return code


class YesNoUnknown(forms.TypedChoiceField):
    """Yes, no, or not known: which is neither."""

    def __init__(self, **options):
        super().__init__(choices=YES_NO_UNKNOWN, coerce={"yes": True, "no": False}.get, empty_value=None, **options)

    def prepare_value(self, value):
        return {True: "yes", False: "no", None: ""}.get(value, value)


class LinesField(forms.CharField):
    """A list, each of it on a line of its own."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value):
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if any(len(line) > self.longest for line in lines):
            raise forms.ValidationError(
                _("A line is too long. Use at most %(number)s signs.") % {"number": self.longest}
            )
        return lines

    def __init__(self, *, longest, **options):
        super().__init__(**options)
        self.longest = longest


class EntryForm(forms.ModelForm):
    """The facts of an entry. Contacts, names and places have pages of their own."""

    organisation = forms.CharField(label=_("Who runs it"), max_length=255)
    country = CountryField(label=_("Country"))
    languages = SimpleArrayField(
        forms.CharField(max_length=10),
        label=_("Languages"),
        required=False,
        help_text=_("Short codes with commas between them: en, es"),
    )
    is_always_open = YesNoUnknown(label=_("Open day and night"), required=False)
    audience = LinesField(label=_("For whom"), required=False, longest=255, help_text=_("One on each line."))
    caveats = LinesField(label=_("Good to know"), required=False, longest=400, help_text=_("One on each line."))
    categories = forms.MultipleChoiceField(
        label=_("About"), required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "columns"})
    )
    edition = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Resource
        fields = [
            "name", "organisation", "country", "region", "description", "is_crisis_line", "hours_text",
            "is_always_open", "languages", "language_note", "audience", "age_min", "age_max", "categories", "cost",
            "url", "caveats", "check_days",
        ]  # fmt: skip
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, data=None, *, instance=None):
        super().__init__(data, instance=instance)
        own = instance.categories if instance else []
        self.fields["categories"].choices = subjects.choices([*subjects.GROUPS, *subjects.NEEDS, *own])
        if instance:
            self.initial |= {"organisation": instance.organisation.name, "edition": instance.edition}
            del self.fields["hours_text"], self.fields["is_always_open"]  # they have a page of their own

    def clean(self):
        data = super().clean()
        youngest, oldest = data.get("age_min"), data.get("age_max")
        if youngest is not None and oldest is not None and oldest < youngest:
            self.add_error("age_max", _("The last age is lower than the first."))
        return data

    def _post_clean(self):
        """The instance stays as it is: the verb changes it. Constraints are said in words by `clean`."""

    def facts(self):
        """What `curation.edit` and `curation.add` take. Call after `is_valid()`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "edition"}


class ContactHoursForm(HoursForm):
    """Hours of one contact, where they are others than those of its entry. Not known means: those of the entry."""

    def __init__(self, data=None, *, contact, zone):
        super().__init__(data, hours=hours_or_unknown(contact.hours), zone=zone)
        self.fields["kind"].choices = [(UNKNOWN, _("As the entry")), *self.fields["kind"].choices[1:]]

    def facts(self):
        """What `checking.change` takes."""
        return {"hours": {} if self.hours.kind == UNKNOWN else self.hours.as_json()}


class EntryHoursForm(HoursForm):
    """The hours of an entry, as a timetable and in words for what no timetable can say."""

    hours_text = forms.CharField(label=_("Hours in words"), max_length=500, required=False)
    edition = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, resource, zone):
        super().__init__(data, hours=hours_or_unknown(resource.hours), zone=zone)
        self.initial |= {"hours_text": resource.hours_text, "edition": resource.edition}

    def facts(self):
        """What `curation.edit` takes. Whether it is always open follows from the timetable, where there is one."""
        kind = self.hours.kind
        is_always = True if kind == ALWAYS else False if kind == WEEKLY else None
        stored = {} if kind == UNKNOWN else self.hours.as_json()
        return {"hours": stored, "hours_text": self.cleaned_data["hours_text"], "is_always_open": is_always}


class ChecklistForm(forms.Form):
    """What the policy asks of each entry: yes, no, or not known."""

    edition = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, resource):
        super().__init__(data, initial={"edition": resource.edition})
        for name, (label, words) in inclusion.QUESTIONS.items():
            self.initial[name] = getattr(resource, name)
            self.fields[name] = YesNoUnknown(
                label=label, help_text=words, required=False, widget=forms.RadioSelect(attrs={"class": "choices"})
            )
        plain = forms.TypedChoiceField(
            label=self.fields["is_crisis_line"].label,
            help_text=self.fields["is_crisis_line"].help_text,
            choices=YES_NO_UNKNOWN[1:],
            coerce=lambda value: value == "yes",
            widget=forms.RadioSelect(attrs={"class": "choices"}),
        )
        self.fields["is_crisis_line"] = plain
        self.initial["is_crisis_line"] = "yes" if resource.is_crisis_line else "no"

    def facts(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "edition"}


class NewContactForm(forms.Form):
    """One more way to reach an entry. A short number that nobody knows takes somebody who has dialled it."""

    kind = forms.ChoiceField(label=_("Way"), choices=ContactPoint.Kind.choices)
    dial_region = CountryField(label=_("Country it is dialled in"), required=False)
    number = forms.CharField(label=_("Number, as dialled there"), max_length=60, required=False)
    address = forms.CharField(label=_("Page of the chat, or e-mail address"), max_length=400, required=False)
    keyword = forms.CharField(label=_("Word to text"), max_length=40, required=False)
    menu_option = forms.CharField(label=_("Menu option"), max_length=60, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    evidence_url = forms.URLField(label=_("Page that shows it"), max_length=400, required=False, assume_scheme="https")
    has_dialled = forms.BooleanField(label=_("I have dialled it, and the right place answered"), required=False)
    is_confidential = forms.BooleanField(label=_("Confidential: never given or handed on"), required=False)

    def __init__(self, data=None, *, country, prefix=None):
        super().__init__(data, prefix=prefix, initial={"dial_region": country})

    def clean(self):
        data = super().clean()
        if data.get("kind") in KINDS_WITH_NUMBER:
            self.read_number(data)
        elif data.get("kind"):
            self.read_address(data)
        return data

    def read_number(self, data):
        region = data.get("dial_region")
        if not region:
            self.add_error("dial_region", _("Say in which country it is dialled."))
            return
        try:
            number = phones.parse(data.get("number") or "", region)
        except phones.NotANumber as problem:
            self.add_error("number", str(problem))
            return
        if not number.is_known and not (data.get("has_dialled") and data.get("evidence_url")):
            self.add_error("number", UNKNOWN_SHORT)
        data["read"] = number

    def read_address(self, data):
        address = (data.get("address") or "").strip().removeprefix("mailto:")
        is_mail = data["kind"] == ContactPoint.Kind.EMAIL
        field = forms.EmailField() if is_mail else forms.URLField(assume_scheme="https", max_length=400)
        try:
            address = field.clean(address)
        except forms.ValidationError as problem:
            self.add_error("address", problem)
            return
        data["url"] = f"mailto:{address}" if is_mail else address

    def facts(self):
        """What `curated_contacts.add_contact` takes, without the page that shows it. Call after `is_valid()`."""
        data = self.cleaned_data
        facts = {name: data[name] for name in ("kind", "note", "is_confidential")}
        if number := data.get("read"):
            return facts | {
                "dial_region": getattr(number, "region", "") or data["dial_region"],
                "dial": number.dial,
                "e164": number.e164,
                "extension": number.extension,
                "display": data["number"].strip()[:60],
                "keyword": data["keyword"],
                "menu_option": data["menu_option"],
            }
        return facts | {"url": data["url"]}


class AliasForm(forms.ModelForm):
    class Meta:
        model = Alias
        fields = ["kind", "words"]

    def clean(self):
        data = super().clean()
        if data.get("kind") == Alias.Kind.FORMER_NUMBER:
            data["digits"] = "".join(sign for sign in data.get("words", "") if sign.isdecimal() and sign.isascii())[:20]
            if not data["digits"]:
                self.add_error("words", _("There is no number here."))
        return data


class LocationForm(forms.ModelForm):
    country = CountryField(label=_("Country"), required=False)

    class Meta:
        model = Location
        fields = ["name", "address_1", "address_2", "postal_code", "city", "region", "country", "is_confidential"]

    def clean(self):
        data = super().clean()
        if not any(data.get(name) for name in ("name", "address_1", "city", "postal_code")):
            self.add_error("address_1", _("Say where it is."))
        return data


class CoverageForm(forms.ModelForm):
    country = CountryField(label=_("Country"))

    class Meta:
        model = Coverage
        fields = ["country", "subdivision"]


class EvidenceForm(forms.ModelForm):
    url = forms.URLField(label=_("Address of the page"), max_length=400, assume_scheme="https")

    class Meta:
        model = Evidence
        fields = ["url", "kind", "seen_on", "dated_on"]
        widgets = {name: forms.DateInput(format="%Y-%m-%d", attrs=DAY) for name in ("seen_on", "dated_on")}


class ProposalForm(forms.Form):
    """An entry somebody misses. A number or a page is enough to find the rest."""

    name = forms.CharField(label=_("Name"), max_length=255)
    number = forms.CharField(label=_("Number"), max_length=60, required=False)
    country = CountryField(label=_("Country"))
    url = forms.URLField(label=_("Web page"), max_length=400, required=False, assume_scheme="https")
    why = forms.CharField(label=_("Why should it be here?"), max_length=300)
    is_another = forms.BooleanField(label=_("None of these: it is another one"), required=False)

    def clean(self):
        data = super().clean()
        data["read"] = None
        if data.get("number") and data.get("country"):
            try:
                data["read"] = phones.parse(data["number"], data["country"])
            except phones.NotANumber as problem:
                self.add_error("number", str(problem))
        elif not data.get("number") and not data.get("url") and "url" not in self.errors:
            self.add_error("number", _("Give a number or a web page."))
        return data


class DecisionForm(forms.Form):
    """Why a proposal does not come into the lists."""

    reason = forms.CharField(label=_("Why not?"), max_length=300, error_messages={"required": _("Say why.")})
    for_good = forms.BooleanField(label=_("It must not be added again"), required=False)


class BundleForm(forms.Form):
    """What a bundle is called and where it is offered; `q` looks for entries."""

    name = forms.CharField(label=_("Name"), max_length=120)
    country = CountryField(label=_("Country"))
    q = forms.CharField(label=_("Look for an entry to add"), max_length=80, required=False)


class PolicyForm(forms.Form):
    """What comes in and what does not."""

    body = forms.CharField(label=_("The policy"), max_length=8000, widget=forms.Textarea(attrs={"rows": 16}))
