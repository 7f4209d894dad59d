"""Numbers of an upload. The only place of the import that reads one."""

import re

from django.utils.translation import gettext_lazy as _

from resources import phones
from resources.reading import texts
from resources.reading.problems import WARNING, Fault

PHONE = "phone"
LONGEST_DISPLAY = 40


def contacts_of(raw, region, kind="voice"):
    """The contacts in the cell `raw` of a list of `region`, and the faults of what is written there.

    A number that reaches an emergency service is never a contact of anybody else; nothing is guessed. A contact is
    in the shape of an entry of the starter file, with every key.
    """
    try:
        number = phones.parse(raw, region)
    except phones.NotANumber as refused:
        return [], [Fault(PHONE, str(refused), _("Write one number, as it is dialled in its country."))]
    if number.is_emergency:
        return [], [emergency(number.dial)]
    return [contact(number, raw, region, kind)], doubts(number, raw, region)


def emergency(dial):
    reason = _("%(number)s reaches an emergency service, so it is nobody else's number.") % {"number": dial}
    return Fault(PHONE, reason, _("Write the number of the service itself."))


def contact(number, raw, region, kind):
    display = re.sub(r"\s+", " ", phones.tidied(raw))
    return {
        "kind": kind, "dial_region": region, "dial": number.dial, "e164": number.e164,
        "display": display if len(display) <= LONGEST_DISPLAY else number.dial, "keyword": "", "menu_option": "",
        "extension": number.extension[:10], "url": "", "note": "", "is_confidential": False,
    }  # fmt: skip


def doubts(number, raw, region):
    """What somebody should look at although the number could be read."""
    facts = {"number": number.dial, "extension": number.extension, "region": region}
    if re.search('["“”]', raw.strip()[:1] + raw.strip()[-1:]):
        words = _("Quotation marks stand around %(number)s: it may be an example and no real number.")
        return [Fault(PHONE, words % facts, _("Dial it before you rely on it."), WARNING)]
    if not number.is_known:
        words = _("%(number)s is no short number that is known in %(region)s.")
        return [Fault(PHONE, words % facts, _("Dial it before you rely on it."), WARNING)]
    if not number.e164:
        words = _("%(number)s is a short number: it works only inside %(region)s.")
        return [Fault(PHONE, words % facts, _("Keep a long number beside it."), WARNING)]
    if number.extension:
        words = _("The extension %(extension)s stood in the number itself; it is kept beside it now.")
        return [Fault(PHONE, words % facts, _("Check both."), WARNING)]
    if re.search(r"[A-Za-z]{3,}", phones.tidied(texts.plain(raw))):
        words = _("Letters stand for digits here; it was read as %(number)s.")
        return [Fault(PHONE, words % facts, _("Check the digits."), WARNING)]
    return []
