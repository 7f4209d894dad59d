"""What Doorway promises to hands, eyes and nerves, as figures: one line for each promise, and its limit beside it.

A test says which promise it is about (`@pytest.mark.target("T9")`), and what it measured (`figure("T9", 2172)`).
`make ux` prints them all. What can be counted fails its test as well; what only a clock can tell is printed, for a
clock says as much about the machine as about Doorway.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A promise. Without `at_most` or `at_least` it is one that simply holds: its tests say so."""

    what: str
    limit: str
    at_most: float | None = None
    at_least: float | None = None
    is_only_printed: bool = False

    @property
    def is_kept_by_tests(self):
        return self.at_most is None and self.at_least is None

    def holds(self, value):
        return (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)

    def worst(self, values):
        return min(values) if self.at_least is not None else max(values)


TARGETS = {
    "T1": Target("taps from Now to a saved departure, session known", "1", at_most=1),
    "T2": Target("the same, session not known", "1", at_most=1),
    "T2 client": Target("further taps to say which client it is", "2", at_most=2),
    "T3": Target("from the tap to the steps, this machine", "under 1000 ms", at_most=1000, is_only_printed=True),
    "T3 4G": Target("the same on a slow phone network", "under 2500 ms", at_most=2500, is_only_printed=True),
    "T4": Target("from a tick to seen and safe on the device", "under 100 ms", at_most=100, is_only_printed=True),
    "T5": Target("no tick lost or doubled, whatever breaks, two engines", "every fault"),
    "T6": Target("taps from the steps to a call for help", "2", at_most=2),
    "T7": Target("Hide screen, by button or Shift three times", "under 100 ms", at_most=100, is_only_printed=True),
    "T8": Target("questions of a report; the minutes need people", "4, none required", at_most=4),
    "T9": Target("height of the steps on a phone", "2250 px", at_most=2250),
    "T10": Target("controls under 44 px, ticks under 56 or nearer than 8", "0", at_most=0),
    "T11": Target("contrast of text, least", "4.5", at_least=4.5),
    "T11 body": Target("contrast of running text, least", "7", at_least=7),
    "T11 edges": Target("contrast of controls and of the focus ring, least", "3", at_least=3),
    "T12": Target("breaches of accessibility rules, every page and look", "0", at_most=0),
    "T13": Target("Tab stops from the top of Now to the log button", "10", at_most=10),
    "T13 focus": Target("controls out of a keyboard's reach or sight", "0", at_most=0),
    "T14": Target("words said after a tick; the focus stays", "6, once", at_most=6),
    "T15": Target("pages that scroll sideways at 320 px or text at 200 %", "0", at_most=0),
    "T16": Target("everything without JavaScript", "works"),
    "T17": Target("seconds of motion where less is asked for", "0", at_most=0),
    "T18": Target("first load over the wire", "60 KB", at_most=60),
    "T18 script": Target("own script, compressed", "6 KB", at_most=6),
    "T18 style": Target("own style, compressed", "6 KB", at_most=6),
    "T19 speed": Target("Lighthouse on a phone: performance, least", "95", at_least=95, is_only_printed=True),
    "T19 access": Target("Lighthouse: accessibility, least", "100", at_least=100, is_only_printed=True),
    "T19 manners": Target("Lighthouse: best practices, least", "100", at_least=100, is_only_printed=True),
    "T20": Target("warning before the session ends; nothing is lost", "120 s", at_least=120),
    "T21": Target("school grade of a line for the room, highest", "6", at_most=6),
    "T21 words": Target("words in the longest such line", "14", at_most=14),
    "T22": Target("words about a client left on the device", "0", at_most=0),
}
