"""Forms of those who keep the directory right."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources import phones, superseded
from resources.models import ContactPoint, Resource, Verification

ANSWERS = [("yes", _("Yes")), ("no", _("No")), ("", _("Not asked"))]
#: What is compared while one tries a contact, in the order in which one meets it.
QUESTIONS = {
    "greeting": _("The right place answered"),
    "menu": _("The menu is as it stands here"),
    "hours": _("The hours are as they stand here"),
    "language": _("The languages are as they stand here"),
}
DIAL_IT = _("Dial it, tick that you did, and add a page that shows it.")
UNKNOWN_SHORT = _("This short number is not known. Dial it, tick that you did, and add a page that shows it.")


class CheckForm(forms.Form):
    """What came of trying one contact. Only the result and the way are needed."""

    method = forms.ChoiceField(label=_("How did you try it?"), choices=Verification.Method.choices)
    result = forms.ChoiceField(
        label=_("What came of it?"),
        choices=Verification.Result.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what came of it.")},
    )
    evidence_url = forms.URLField(label=_("Page that shows it"), max_length=400, required=False, assume_scheme="https")
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    edition = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, contact):
        super().__init__(data, prefix=f"c{contact.pk}", initial={"edition": contact.edition})
        if contact.kind == ContactPoint.Kind.SMS:
            self.initial["method"] = Verification.Method.TEXT
        for name, label in QUESTIONS.items():
            self.fields[name] = forms.ChoiceField(label=label, choices=ANSWERS, required=False, initial="")
        self.order_fields(["method", *QUESTIONS, "result", "evidence_url", "note"])

    def clean(self):
        data = super().clean()
        data["checklist"] = {name: data.pop(name) for name in QUESTIONS if data.get(name)}
        is_compared = "no" in data["checklist"].values()
        if data.get("result") == Verification.Result.WORKS and is_compared:
            self.add_error("result", _("Something is not as it stands here: then it works differently."))
        return {name: value for name, value in data.items() if name not in QUESTIONS}


class ContactForm(forms.ModelForm):
    """Another number, keyword or option for a contact."""

    number = forms.CharField(label=_("Number, as dialled there"), max_length=60, required=False)
    evidence_url = forms.URLField(label=_("Page that shows it"), max_length=400, required=False, assume_scheme="https")
    has_dialled = forms.BooleanField(label=_("I have dialled it, and the right place answered"), required=False)

    class Meta:
        model = ContactPoint
        fields = ["keyword", "menu_option", "url", "note"]

    def __init__(self, data=None, *, instance):
        super().__init__(data, instance=instance)
        self.initial["number"] = instance.display or instance.dial
        self.order_fields(["number", "keyword", "menu_option", "url", "note"])
        for name in ["url"] if instance.dial else ["number", "evidence_url", "has_dialled"]:
            del self.fields[name]

    def clean_number(self):
        text = self.cleaned_data["number"]
        if text == (self.instance.display or self.instance.dial):
            return None
        try:
            return phones.as_contact(text, region=self.instance.dial_region, kind=self.instance.kind)
        except phones.NotANumber as problem:
            raise forms.ValidationError(str(problem)) from problem

    def clean(self):
        """A number nobody knows, an emergency number or one that was given up takes somebody who has dialled it."""
        data = super().clean()
        self.number = dict(data.pop("number", None) or {})
        needs_it = self.number.pop("needs_confirmation", False)
        gone = self.number and superseded.replaced(self.number["dial_region"], self.number["dial"], self.number["e164"])
        is_confirmed = data.pop("evidence_url", "") and data.pop("has_dialled", False)
        if gone and not is_confirmed:
            self.add_error("number", f"{gone.words} {DIAL_IT}")
        elif needs_it and not is_confirmed:
            self.add_error("number", UNKNOWN_SHORT)
        return data

    def facts(self):
        """What `checking.change` takes. Call after `is_valid()`."""
        kept = {name: value for name, value in self.cleaned_data.items() if name not in ("evidence_url", "has_dialled")}
        return kept | self.number


class StatusForm(forms.Form):
    """Where an entry stands."""

    CHOICES = [
        (Resource.Status.IN_REVIEW, _("In the lists")),
        (Resource.Status.TEMPORARILY_CLOSED, _("Closed for now")),
        (Resource.Status.RETIRED, _("Taken out: it has ended or was replaced")),
        (Resource.Status.DO_NOT_LIST, _("Not to be listed, and not to be added again")),
    ]
    status = forms.ChoiceField(label=_("Where does it stand?"), choices=CHOICES, widget=forms.RadioSelect)
    closed_until = forms.DateField(
        label=_("Closed until"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    successor = forms.ModelChoiceField(Resource.objects.none(), label=_("Replaced by"), required=False)
    reason = forms.CharField(label=_("Why?"), max_length=300, required=False)

    def __init__(self, data=None, *, resource):
        status = Resource.Status.IN_REVIEW if resource.status in Resource.GIVEABLE else resource.status
        super().__init__(data, initial={"status": status, "reason": resource.status_reason})
        others = Resource.objects.listed().filter(country=resource.country).exclude(pk=resource.pk)
        self.fields["successor"].queryset = others.order_by("name")
        self.fields["successor"].label_from_instance = lambda each: each.name

    def clean(self):
        data = super().clean()
        status, until = data.get("status"), data.get("closed_until")
        if status and status != Resource.Status.IN_REVIEW and not data.get("reason"):
            self.add_error("reason", _("Say why: the next person needs to know."))
        if status == Resource.Status.TEMPORARILY_CLOSED and until and until <= timezone.localdate():
            self.add_error("closed_until", _("Give a day that is still to come."))
        return data
