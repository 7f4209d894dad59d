"""`make security`: each outside tool that attacks Doorway, and each check of ours that is too long for `make test`.

A module of this package is a check when it has these two names; nothing else has to be told about it:

    NAME = "wapiti"                      # what `make security ARGS="wapiti"` chooses, and the row of the table

    def run(target) -> Result:           # the docstring's first line is printed while it runs
        '''walks through every page with each role's session and attacks what it finds'''

`target` is `tests.security.target.Target`, a Doorway of its own with made-up people. It starts when it is first asked
for (`target.url`), so that a check which needs no running Doorway costs nothing:

    target.folder               a folder that is gone at the end; reports of tools belong there
    target.env                  the environment of the running Doorway, for programs of one's own (DATABASE_URL …)
    target.url                  "https://localhost:PORT", with hashed static files, worker and mail server
    target.ca_file              the certificate to trust for it
    target.people               {"therapist": User, "supervisor": …, "admin": …, "privacy": …}; Django is set up by then
    target.password             of each of them
    target.cookies(role)        {name: value}, signed in past every factor; made anew at each call
    target.canary               the address of `tests.security.canary`, the page with known faults

Whichever check runs: an answer with an error of ours (5xx) that stands in Doorway's log afterwards is a finding.

A check that needs servers of its own starts them itself (`config.local.servers`), below `target.folder`.

**The canary comes first.** A tool that does not find what is broken on purpose says nothing by its silence. `canary` is
(known faults it found, how many there are); less than all is a failure, whatever else came of it. A check that needs no
canary says so by `canary=None` and shows in another way that it would have seen something: in `counts`.

**What cannot be run is not run, and says so.** Raise `CannotRun("one line that says what is missing")`: the table shows
it, the last line counts it, and it is never called clean.

Other exceptions are failures. The exit code is 1 when something was found, a canary was missed, a check broke off, or
nothing ran; `make security STRICT=1` fails for what could not be run as well.
"""

from dataclasses import dataclass, field


class CannotRun(Exception):
    """A tool is missing and cannot be had here. The message is one line, for the person."""


@dataclass
class Result:
    """What came of one check. `found` has a line for each thing that is wrong with Doorway."""

    counts: str  # what was done, in numbers: "1,204 requests, 143 addresses, 4 roles"
    canary: tuple[int, int] | None = None
    found: list[str] = field(default_factory=list)

    @property
    def is_canary_missed(self):
        return self.canary is not None and self.canary[0] < self.canary[1]

    @property
    def is_clean(self):
        return not self.found and not self.is_canary_missed
