"""Where a request came from: the address that limits count by, and that the audit trail may name."""

import ipaddress

from django.conf import settings

UNKNOWN = "0.0.0.0"  # noqa: S104 - no address anybody listens on, but what stands where none is known # nosec B104


def client_address(request):
    """The address of whoever sent the request, as text in its usual spelling; UNKNOWN where there is none.

    Anybody can send an `X-Forwarded-For`, and each proxy adds to its right end whom it was asked by. So what
    counts is the entry that the outermost of our own proxies added: the TRUSTED_PROXIES-th from the right. What stands
    further left was written by the sender and is never looked at. A request with fewer entries, or with one that is no
    address, did not come through all of our proxies: then it is the address that really connected.
    """
    return forwarded_for(request) or spelled(request.META.get("REMOTE_ADDR", "")) or UNKNOWN


def forwarded_for(request):
    """What the outermost of our own proxies says of the sender; "" where none is trusted, or it says nothing."""
    hops = [each.strip() for each in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    trusted = settings.TRUSTED_PROXIES
    return spelled(hops[-trusted]) if 0 < trusted <= len(hops) else ""


def spelled(text):
    """An IPv4 or IPv6 address in its one usual spelling, without port, brackets or zone; "" when it is none."""
    text = text.strip()
    if text.startswith("["):  # [2001:db8::1]:4711, as some proxies write it
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:  # 192.0.2.1:4711
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(found, "ipv4_mapped", None) or found)
