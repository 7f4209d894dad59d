"""`make deployment`: Doorway as it is operated. Real nginx, several nodes, a real Debian; each part takes minutes.

    proxy     nginx in front of two nodes: TLS, who asks, what is passed on, what is refused
    nodes     two of each program under load, each killed in turn: nothing acknowledged lost, nothing doubled
    rolling   an older release and a newer one side by side while the tables change
    debian    the install script on a Debian of its own, with systemd as its first process
    sizing    what each program needs and how much a node takes, on this machine

What cannot be run here is not run, and says so in one line.
"""


class CannotRun(Exception):
    """Something is missing and cannot be had here. The message is one line, for the person."""


#: Of 100, as `systemd-analyze security` counts: no unit of ours may have more. One without any hardening has 96.
EXPOSURE = 15
