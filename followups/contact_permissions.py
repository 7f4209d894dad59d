"""What stands between a therapist and a channel: what the client allowed, and who else would hear it."""

import phonenumbers
from django.utils.translation import gettext as _

from sessions_app.models import Channel, Composition, ContactPermission

HEARD_BY_OTHERS = [Channel.PHONE, Channel.VOICEMAIL, Channel.TEXT]


def forbidden(follow_up, permissions):
    """The channels that must not be used for this follow-up, as {channel: why}, and a warning to show beforehand."""
    refused = {each.channel: _("The client did not allow this channel.") for each in permissions if not each.is_allowed}
    if Channel.VOICEMAIL in refused or not is_voicemail_shared(follow_up.departure, permissions):
        return refused, ""
    warning = _("No voicemail: somebody of this couple or family may hear it.")
    return refused | {Channel.VOICEMAIL: warning}, warning


def is_voicemail_shared(departure, permissions):
    """Whether another person of a couple or family may hear what is left: always, unless the number is known to be
    this client's alone.

    Source: guidance on couples in which one is afraid of the other; contact is made with each alone.
    """
    if departure.composition not in (Composition.COUPLE, Composition.FAMILY):
        return False
    number = next((each.address for each in permissions if each.channel == Channel.VOICEMAIL), "")
    if not number or not departure.session_id:
        return True
    others = ContactPermission.objects.filter(
        client__therapy_sessions=departure.session_id, channel__in=HEARD_BY_OTHERS
    ).exclude(client=departure.client_id)
    return any(may_be_the_same(number, address) for address in others.values_list("address", flat=True))


def may_be_the_same(number, other):
    """Whether two numbers may ring in one place: written the same, or alike as far as they are known."""
    alike = phonenumbers.is_number_match(number, other)
    return number == other or alike not in (phonenumbers.MatchType.NOT_A_NUMBER, phonenumbers.MatchType.NO_MATCH)
