"""Which addresses may be visited. A link in the directory must never lead this machine into its own network.

Whoever can write an entry, or runs a page that one names, could else have the server read what only it can reach.
"""

import ipaddress
import queue
import socket
import threading
from contextlib import suppress

WEB_PORTS = {80, 443}
#: Ways to write an address of the old kind as one of the new. What is inside counts, and `is_global` does not look.
NAT64, NAT64_LOCAL = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48")
#: Not the internet's, whatever `is_global` of this Python says: relays of 6to4, Teredo, site-local, documentation.
NOT_PUBLIC = [
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
        "::/96", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10",
    )
]  # fmt: skip


def is_public(text):
    """Whether this IP address belongs to the public internet. One that cannot be read does not."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if address.version == 6:  # noqa: PLR2004
        if address.ipv4_mapped or address.scope_id or address in NAT64_LOCAL:
            return False
        inside = address.sixtofour or (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None)
        if inside:
            return is_public(str(inside))
    is_listed = any(address in each for each in NOT_PUBLIC if each.version == address.version)
    return address.is_global and not address.is_multicast and not address.is_reserved and not is_listed


def resolve(host, port, *, seconds):
    """The addresses of `host`, in the order to try them; none when nobody knows the name in time.

    Asking for a name cannot be broken off, so it is done in a thread that may be left behind.
    """
    answer = queue.SimpleQueue()

    def ask():
        found = []
        with suppress(OSError, UnicodeError):
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answer.put(list(dict.fromkeys(each[4][0] for each in found)))

    threading.Thread(target=ask, daemon=True).start()
    try:
        return answer.get(timeout=max(seconds, 0.01))
    except queue.Empty:
        return []
