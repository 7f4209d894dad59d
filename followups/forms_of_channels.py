"""Hours, and what a browser says of itself when it is to take notifications."""

from cryptography.hazmat.primitives.asymmetric import ec
from django import forms
from django.utils.translation import gettext_lazy as _
from py_vapid import b64urldecode

from followups import subscriptions


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self):
        super().__init__(format="%H:%M")  # what an <input type=time> takes, whatever the language


class HoursForm(forms.Form):
    """When to hear what can wait."""

    wants_digest = forms.BooleanField(label=_("Send me a summary on working days"), required=False)
    digest_at = forms.TimeField(
        label=_("At"), widget=TimeInput(), error_messages={"required": _("Give a time for the summary.")}
    )
    quiet_from = forms.TimeField(label=_("Quiet from"), widget=TimeInput(), required=False)
    quiet_until = forms.TimeField(label=_("Quiet until"), widget=TimeInput(), required=False)

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        starts, ends = data["quiet_from"], data["quiet_until"]
        if (starts is None) != (ends is None):
            self.add_error("quiet_until", _("Give both times, or neither."))
        elif starts is not None and starts == ends:
            self.add_error("quiet_until", _("Quiet hours end at another time than they begin."))
        return data


class DeviceForm(forms.Form):
    """A subscription as a browser gives it. Its words are for machines, and so is a refusal."""

    endpoint = forms.CharField(max_length=1_000)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=40)

    def clean_endpoint(self):
        if not subscriptions.is_endpoint(self.cleaned_data["endpoint"]):
            raise forms.ValidationError("No push service can be at this address.")
        return self.cleaned_data["endpoint"]

    def clean_p256dh(self):
        try:
            point = b64urldecode(self.cleaned_data["p256dh"].encode())
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except ValueError as problem:
            raise forms.ValidationError("This is no key of a device.") from problem
        return self.cleaned_data["p256dh"]

    def clean_auth(self):
        try:
            is_whole = len(b64urldecode(self.cleaned_data["auth"].encode())) == 16  # noqa: PLR2004
        except ValueError:
            is_whole = False
        if not is_whole:
            raise forms.ValidationError("This is no secret of a device.")
        return self.cleaned_data["auth"]
