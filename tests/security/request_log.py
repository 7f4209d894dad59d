"""What Doorway answered while a check ran, read from its own log: how much was sent, as whom, and what broke.

So an error of ours is seen whichever tool caused it, also where the tool takes it for an answer like any other; and a
tool that has lost its session, and is shown the way to sign-in all the time, is not called a check.
"""

import json
from collections import Counter

LEAST_SIGNED_IN = 0.5  # of what a tool sent as somebody; some of it leads nowhere, or is refused before anyone is known


class RequestLog:
    """The requests since this was made. `target` may be None, or not be running yet."""

    def __init__(self, target):
        self.file = target and target.folder / "web.log"
        self.begins_at = self.file.stat().st_size if self.file and self.file.exists() else 0

    def requests(self):
        if not self.file or not self.file.exists():
            return []
        with self.file.open("rb") as lines:
            lines.seek(self.begins_at)
            return [json.loads(line) for line in lines if b'"config.requests"' in line and line.endswith(b"}\n")]

    def errors(self):
        """A line for each route that was answered with an error of ours. /readyz says 503 on purpose."""
        broken = Counter(
            (each["status"], each["method"], each.get("route"))
            for each in self.requests()
            if each["status"] >= 500 and each.get("route") != "readyz"
        )
        return [f"{status} {method} {route}, {times} times" for (status, method, route), times in broken.items()]

    def by(self, person):
        """(how many were made, how many of them in that person's session)."""
        made = self.requests()
        return len(made), sum(each.get("person") == person.pk for each in made)

    def lost_session(self, visitor, person):
        """A line when too few were made in the session, or it was over before the end; else none."""
        made, signed_in = self.by(person)
        is_well = signed_in > made * LEAST_SIGNED_IN and visitor.is_signed_in()
        return [] if is_well else [f"{visitor.role}: {signed_in} of {made} requests were signed in, not to the end"]
