"""What each step may note beside its outcome. All of it optional; nothing here is a score.

A protocol step names its captures by slug, so an edition decides which are asked, and in which setting; this module
knows what each one is. Values are stored as codes (or a list of codes, or short text) in `CapturedFact.value`.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from sessions_app import reasons
from sessions_app.models.reports import MainReason, Source

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
YES_NO_NOT_ASKED = [*YES_NO, ("not_asked", _("Not asked"))]
YES_NO_NOT_NEEDED = [*YES_NO, ("not_needed", _("Not needed"))]
YES_NO_UNKNOWN = [*YES_NO, ("unknown", _("Not known"))]
OPTIONS_OFFERED = [
    ("short_break", _("Short break here")),
    ("step_out", _("Step out and return")),
    ("grounding", _("Grounding")),
    ("change_topic", _("Change topic or pace")),
    ("shorten", _("Shorten today")),
    ("other_format", _("Phone, video or other format")),
    ("support_person", _("Support person")),
    ("other_clinician", _("Other clinician")),
    ("reschedule", _("Another time")),
    ("crisis_line_call", _("Call a crisis line together")),
    ("same_day", _("Urgent slot today")),
]


@dataclass(frozen=True)
class Capture:
    """One thing that can be noted: a choice, several choices, short text, a time of day or a date."""

    label: str
    choices: list | None = None
    kind: str = "choice"
    is_private: bool = False  # for the author and the supervisor; never part of what leaves the house
    source: str = ""  # stated by the client, or seen by the author, where that is what it is

    def words(self, value):
        """The stored value as a reader sees it."""
        known = dict(self.choices or [])
        if isinstance(value, dict):  # of the sources: each by its reason
            return ", ".join(f"{reasons.WORDS.get(key, key)}: {known.get(each, each)}" for key, each in value.items())
        values = value if isinstance(value, list) else [value]
        if self.kind == "time":
            return value[:5]  # hours and minutes
        return ", ".join(str(known.get(each, each)) for each in values)


def choice(label, choices, **more):
    return Capture(label, choices, "choice", **more)


def several(label, choices, **more):
    return Capture(label, choices, "several", **more)


def text(label, **more):
    return Capture(label, kind="text", **more)


def time_of_day(label):
    return Capture(label, kind="time")


STATED, OBSERVED = {"source": Source.STATED}, {"source": Source.OBSERVED}

CAPTURES = {
    "exit-kept-clear": choice(_("Was the way out kept clear?"), YES_NO),
    "own-way-out": choice(_("Was your own way out clear?"), YES_NO),
    "whereabouts-known": choice(_("Did somebody at work know where you were?"), YES_NO),
    "co-leader-told": choice(_("Was your co-leader told?"), [*YES_NO, ("alone", _("You lead alone"))]),
    "guardian-where": choice(
        _("Where is the guardian?"),
        [("here", _("Here")), ("near", _("Near")), ("elsewhere", _("Elsewhere")), ("unknown", _("Not known"))],
    ),
    "help-summoned": choice(_("Was help called?"), YES_NO),
    "help-summoned-at": time_of_day(_("When was help called?")),
    "address-checked": choice(_("Address checked aloud?"), [*YES_NO, ("not_asked", _("Could not ask"))]),
    "callback-checked": choice(_("Call-back number checked aloud?"), [*YES_NO, ("not_asked", _("Could not ask"))]),
    "others-in-home": several(
        _("Who else was in the home?"),
        [
            ("nobody", _("Nobody")),
            ("partner", _("Partner")),
            ("child", _("A child")),
            ("other_adult", _("Another adult")),
            ("animal", _("An animal")),
            ("unknown", _("Not known")),
        ],
    ),
    "asked-in-private": choice(_("Asked in private?"), YES_NO),
    "others-checked": choice(_("Were the others safe?"), YES_NO_UNKNOWN),
    "asked-alone": choice(
        _("Was each asked alone?"), [("each", _("Each of them")), ("some", _("Some of them")), ("no", _("No"))]
    ),
    "guardian-told": choice(_("Was the responsible adult told?"), [*YES_NO, ("not_reached", _("Not reached"))]),
    "safeguarding-told": choice(_("Was the safeguarding lead told?"), YES_NO_NOT_NEEDED),
    "concerns": several(
        _("What is the concern about?"),
        [
            ("self_harm", _("Self-harm or suicide")),
            ("harm_to_others", _("Harm to others")),
            ("harm_from_others", _("Harm from others")),
            ("medical", _("Medical or withdrawal")),
            ("impaired_driving", _("Impaired or driving")),
            ("dependant", _("A dependant left alone")),
            ("capacity", _("Doubt about capacity")),
            ("clinician_safety", _("Your own safety")),
        ],
    ),
    "basis": several(
        _("What is that based on?"),
        [
            ("said", _("The client said it")),
            ("observed", _("You saw it")),
            ("history", _("Known history")),
            ("third_party", _("Somebody else said it")),
        ],
    ),
    "tool-used": text(_("Tool used, its version and result")),
    "safety-plan": choice(
        _("Safety plan"),
        [
            ("none", _("None")),
            ("exists", _("Exists")),
            ("reviewed", _("Gone through today")),
            ("not_reached", _("Did not get to it")),
        ],
    ),
    "means-talk": choice(_("Talked about means?"), [*YES_NO, ("declined", _("Client did not want to"))]),
    "capacity": choice(
        _("Capacity to decide"),
        [
            ("no_doubt", _("No reason to doubt")),
            ("doubt", _("Reason to doubt")),
            ("not_assessed", _("Could not assess")),
        ],
    ),
    "actions-taken": several(
        _("What was done?"),
        [
            ("emergency_call", _("Emergency call")),
            ("crisis_line", _("Crisis line, handed over warmly")),
            ("consultation", _("Consulted a colleague")),
            ("emergency_contact", _("Told the emergency contact")),
            ("supervisor_told", _("Told the supervisor")),
        ],
    ),
    "actions-at": time_of_day(_("When was it done?")),
    "actions-basis": text(_("If somebody was told: on what legal basis?")),
    "rationale": text(_("Why, in a line")),
    "presentation": several(
        _("What you saw"),
        [
            ("tearful", _("Tearful")),
            ("angry", _("Angry")),
            ("frightened", _("Frightened")),
            ("far_away", _("Numb or far away")),
            ("agitated", _("Agitated")),
            ("calm", _("Calm")),
            ("other", _("Other")),
        ],
        **OBSERVED,
    ),
    "quote": text(_("In the client's words"), **STATED),
    "willing-to-talk": choice(
        _("Willing to talk?"),
        [("yes", _("Yes")), ("a_little", _("A little")), ("no", _("No")), ("not_asked", _("Could not ask"))],
    ),
    "client-words": text(_("The client's own words"), **STATED),
    "rupture-acknowledged": choice(
        _("Did you name what went wrong between you?"), [*YES_NO, ("not_relevant", _("Does not apply"))]
    ),
    "repair-offered": several(
        _("What you offered to put it right"),
        [("apology", _("Apology")), ("change", _("Change of pace or topic")), ("other", _("Other"))],
    ),
    "privacy-there": choice(
        _("Was it private where they were?"),
        [("private", _("Private")), ("others_hear", _("Others could hear")), ("unknown", _("Not known"))],
    ),
    "who-can-hear": text(_("Who could hear?")),
    "reasons-apart": choice(_("Was each asked apart?"), YES_NO),
    "reasons": several(_("What set it off?"), MainReason.choices),
    "reasons-source": Capture(_("How do you know?"), Source.choices, kind="sources"),  # {reason: source}
    "trigger-time": time_of_day(_("When did it start?")),
    "could-change": choice(_("Is there something we could change?"), YES_NO_UNKNOWN),
    "could-change-note": text(_("What could change")),
    "options-accepted": several(_("Offered and accepted"), OPTIONS_OFFERED),
    "options-declined": several(_("Offered and declined"), OPTIONS_OFFERED),
    "options-considering": several(_("Offered, still thinking"), OPTIONS_OFFERED),
    "rescheduled-on": Capture(_("New date"), kind="date"),
    "concerns-told": text(_("Concerns you told the client")),
    "alternatives-named": text(_("Other ways you named")),
    "understanding": choice(
        _("What the client understood"),
        [("own_words", _("Said it in own words")), ("nodded", _("Nodded")), ("not_shown", _("Not shown"))],
    ),
    "decision-scope": choice(
        _("What the decision is about"),
        [
            ("today", _("Today only")),
            ("unsure", _("Not sure yet")),
            ("ending", _("Ending therapy")),
            ("not_discussed", _("Not discussed")),
        ],
    ),
    "mandate-notice": choice(_("Notice about mandated care"), [("given", _("Given")), ("na", _("Does not apply"))]),
    "stays-private": text(_("What stays private for this young person?"), is_private=True),
    "crisis-line-offered": choice(_("Was a crisis line offered?"), YES_NO),
    "given-apart": choice(_("Was it given to each apart?"), YES_NO_NOT_NEEDED),
    "guardian-copy": choice(_("Did the guardian get a copy?"), [*YES_NO, ("not_allowed", _("Not allowed"))]),
    "resources-language": text(_("In which language?")),
    "ended-by": choice(
        _("Who ended the call?"),
        [
            ("client", _("The client")),
            ("clinician", _("You")),
            ("other", _("Somebody else there")),
            ("line_dropped", _("The line dropped")),
            ("unknown", _("Not known")),
        ],
    ),
    "who-left": choice(
        _("Who left?"),
        [("clinician", _("You")), ("client", _("The client")), ("nobody", _("Nobody"))],
    ),
    "left-safely": choice(_("Did you leave safely?"), YES_NO),
    "told-to-group": choice(
        _("What was the group told?"),
        [("left", _("Only that they left")), ("nothing", _("Nothing")), ("more", _("More than that"))],
    ),
    "who-stayed": several(
        _("Who stayed?"),
        [
            ("partner", _("Partner")),
            ("parent", _("A parent")),
            ("child", _("A child")),
            ("other", _("Somebody else")),
            ("nobody", _("Nobody")),
        ],
    ),
    "session-goes-on": choice(
        _("Does the session go on?"),
        [("yes", _("Yes")), ("no", _("No")), ("apart", _("With each apart"))],
    ),
    "handed-to": choice(
        _("Handed over to whom?"),
        [
            ("guardian", _("The guardian")),
            ("agreed_adult", _("Another adult who may")),
            ("staff", _("A colleague")),
            ("nobody", _("Nobody: left alone")),
            ("unknown", _("Not known")),
        ],
    ),
    "handed-at": time_of_day(_("Handed over at")),
    "handover-signed": choice(_("Was it signed for?"), YES_NO_NOT_NEEDED),
    "left-with": choice(
        _("Alone or with someone?"),
        [("alone", _("Alone")), ("with_someone", _("With someone")), ("unknown", _("Not known"))],
    ),
    "left-how": choice(
        _("How did they leave?"),
        [
            ("foot", _("On foot")),
            ("driving", _("Driving")),
            ("ride", _("Somebody drove")),
            ("unknown", _("Not known")),
        ],
    ),
    "impairment-seen": choice(_("Did they seem impaired?"), YES_NO_UNKNOWN, **OBSERVED),
    "left-behind": several(
        _("Left behind"),
        [("belongings", _("Belongings")), ("medication", _("Medication")), ("dependant", _("A dependant"))],
    ),
    "permission-to-contact": choice(_("May we get in touch?"), YES_NO_NOT_ASKED),
    "asked-for-no-contact": choice(_("Asked for no contact"), YES_NO),  # no step asks it; see `no_contact`
    "contact-channel": choice(
        _("In which way?"),
        [
            ("phone", _("Phone")),
            ("text", _("Text message")),
            ("email", _("E-mail")),
            ("post", _("Post")),
            ("other", _("Other")),
        ],
    ),
    "contact-time": text(_("When is it safe?")),
    "next-appointment": choice(
        _("Next appointment"),
        [("kept", _("Kept")), ("moved", _("Moved")), ("cancelled", _("Cancelled")), ("none", _("None"))],
    ),
    "reconnect-tried": choice(
        _("Did you try to reconnect?"),
        [("reached", _("Yes, and reached them")), ("no_answer", _("Yes, no answer")), ("no", _("No"))],
    ),
    "told-you-are-out": choice(_("Did your team hear that you are out and safe?"), YES_NO),
    "debrief-planned": choice(_("Will the group talk about it next time?"), YES_NO_UNKNOWN),
    "relationship-status": choice(
        _("Where the work stands"),
        [
            ("continuing", _("Goes on")),
            ("unclear", _("Not clear")),
            ("ended_by_client", _("Ended by the client")),
            ("transferring", _("Moving to someone else")),
        ],
    ),
}


def current(departure):
    """The newest value of each fact of the departure, by name, in the order of the steps. One query."""
    facts = {fact.name: fact for fact in departure.captured_facts.current()}
    return {name: facts[name] for name in CAPTURES if name in facts and facts[name].value not in ("", [], {}, None)}


def values(departure):
    """The same as {name: value}. One query."""
    return {name: fact.value for name, fact in current(departure).items()}


def describe(departure, *, is_private=False):
    """What was noted, as (label, words) pairs in the order of the steps; what stays private apart. One query.

    Each reason carries how it is known, so that the sources have no line of their own.
    """
    noted = values(departure)
    return [
        (CAPTURES[name].label, words_of(name, noted))
        for name in noted
        if CAPTURES[name].is_private == is_private and name != "reasons-source"
    ]


def words_of(name, noted):
    """One fact of {name: value} in words."""
    return reasons.in_words(noted) if name == "reasons" else CAPTURES[name].words(noted[name])
