"""What a person reads who is new here: one guide for each role, in short parts, some with a picture of the demo.

Every picture is of made-up people. `make guides` takes them anew; `static/guide` holds one for each name below.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.models import Role


@dataclass(frozen=True)
class Part:
    """One thing to know: a title, some lines, and a picture with the words for whoever cannot see it."""

    title: str
    lines: list
    picture: str = ""
    alt: str = ""

    @property
    def file(self):
        return f"guide/{self.picture}.webp"


@dataclass(frozen=True)
class Guide:
    role: str
    title: str
    parts: list


THERAPIST = Guide(
    Role.THERAPIST,
    _("Guide for therapists"),
    [
        Part(
            _("A client heads for the door"),
            [
                _("Tap “Client is leaving”. That is all you must do."),
                _("The time and the client are kept by that one tap."),
                _("You can add the rest later. Look at the client, not at the screen."),
            ],
            "now",
            _("The page Now on a phone. One large button says “Client is leaving”."),
        ),
        Part(
            _("Eleven steps"),
            [
                _("You now see eleven short steps. Use what helps. The order is up to you."),
                _("Tap “Done” when you did a step. Tap “Undo” to take it back."),
                _("Open a step to see words you can say."),
                _("A step that did not fit is no fault. Mark it “Not possible” or leave it open."),
            ],
            "steps",
            _("The first steps on a phone. Each has a short title, one line and the button “Done”."),
        ),
        Part(
            _("How soon must we act?"),
            [
                _("At the safety step, choose how fast we must act. You judge. Doorway never does."),
                _("If you tap “Immediate”, the help you need comes first on the page."),
                _("Your choice makes a plan: who calls the client, and when."),
            ],
            "level",
            _("The safety step on a phone, with five levels to choose from."),
        ),
        Part(
            _("You need help"),
            [
                _("Tap “Safety” at the foot of the page. You see who to call."),
                _("“I need help here” tells your colleagues at once where you are."),
                _("If life is at risk, call the emergency number first."),
            ],
        ),
        Part(
            _("Get back to the client"),
            [
                _("“Follow-ups” shows each call you owe, with the day and time."),
                _("Say “I am on it” and nobody else is told for a while."),
                _("Note each try under “Record contact”, also one in vain."),
                _("If you do not answer, a colleague is told. So nobody is lost."),
            ],
            "follow-ups",
            _("The list of follow-ups on a phone. Each line shows when a call is due."),
        ),
        Part(
            _("Write the report"),
            [
                _("Much of it is filled in from your taps. Read it and add your own words."),
                _("Doorway shows what is still open. It never stops you."),
                _("Once you sign, the text is locked. You can still add to it."),
                _("Your supervisor may send it back and ask. What you answer is added below."),
            ],
            "report",
            _("A signed report on a phone. The supervisor has sent it back with a comment."),
        ),
        Part(
            _("No signal?"),
            [
                _("Go on tapping. Your taps wait on this device until they can be sent."),
                _("A line on the page tells you how many wait. Words you type are not kept there."),
            ],
        ),
        Part(
            _("Try it first"),
            [
                _("Under “Practice” you can try it all with a client who is made up."),
                _("Nothing of it counts, and nobody is told."),
            ],
        ),
    ],
)

SUPERVISOR = Guide(
    Role.SUPERVISOR,
    _("Guide for supervisors"),
    [
        Part(
            _("What waits for you"),
            [
                _("“Review” lists the reports of the people you supervise. What is most urgent comes first."),
                _("You see the work of your own people, and of those you stand in for today."),
                _("Say “I am reviewing this”. Then nobody else does the same work."),
            ],
            "review-queue",
            _("The page Review on a phone, with the reports that wait."),
        ),
        Part(
            _("Read and answer"),
            [
                _("You see the report, what was tapped and when, and what came of it."),
                _("You can ask about one place in the report."),
                _("Send it back with a comment, or sign it off. Say what went well, too."),
                _("A signed report never changes. What is new is added below it."),
            ],
            "review",
            _("A report on a phone, as its supervisor reads it."),
        ),
        Part(
            _("When nobody answers"),
            [
                _("If a call is late and its owner is silent, you are told."),
                _("Say “I am on it”, or hand the call to somebody else."),
                _("A lower level needs a reason. Sometimes it needs two people."),
            ],
            "team",
            _("The follow-ups of a team on a phone."),
        ),
        Part(
            _("Who is away, who is on call"),
            [
                _("Under “Away and cover”, name who stands in, and for which days."),
                _("The calls go to them by themselves, and come back when it is over."),
                _("Keep the list of who is on call up to date. It is who we tell at night."),
            ],
        ),
        Part(
            _("Clients change hands"),
            [
                _("Under “Hand over clients”, choose who takes a client over. The record goes along."),
                _("Who wrote a report stays as it was. Private notes go to nobody."),
                _("When somebody leaves, you get a list of what is open. Nobody is forgotten."),
            ],
        ),
        Part(
            _("Learn from it"),
            [
                _("“Trends” shows how often people leave, and how soon we got back to them."),
                _("It says nothing about one client, and it is no mark for a therapist."),
                _("Small numbers are left out, so that nobody can be guessed."),
            ],
        ),
        Part(
            _("Emergency access"),
            [
                _("In need, a colleague may open a record that is not theirs."),
                _("You are told. Look at it and say whether it was right."),
            ],
        ),
    ],
)

ADMIN = Guide(
    Role.ADMIN,
    _("Guide for admins"),
    [
        Part(
            _("What you see, and what not"),
            [
                _("You look after people, rules and the list of places to turn to."),
                _("You see no client, no report and no plan. That is on purpose."),
            ],
        ),
        Part(
            _("Set-up"),
            [
                _("“Set-up” shows what is still missing, at any time."),
                _("Until a clinical lead has read and signed, all that is written down is practice."),
                _("Send a mail to yourself there. Only one that arrives counts."),
            ],
        ),
        Part(
            _("People"),
            [
                _("Ask somebody in by mail. The link works once, and only for a few days."),
                _("Give each person just the roles they need."),
                _("Say who supervises whom, and from which day. Both are told by mail."),
                _("When somebody leaves, give their last day. Their supervisor hands over what is open."),
                _("A lost phone? Reset their second way to sign in. First make sure who asks."),
            ],
            "people",
            _("The page People on a phone, with everybody who has an account."),
        ),
        Part(
            _("The rule for calls"),
            [
                _("The policy says who must call, and how soon, at each level."),
                _("You write the next version. A clinical lead reads it and puts it in force."),
                _("“What will happen when” shows the plan it would make. Look there first."),
                _("Plans that run now stay as they are."),
            ],
            "policy",
            _("The follow-up policy on a phone, with its versions."),
        ),
        Part(
            _("Do reminders go out?"),
            [
                _("This page tells you in plain words. Look at it once a day."),
                _("A red line on top of each page means that something is wrong now."),
                _("Tell your team to look at their lists by themselves until it is gone."),
            ],
            "working",
            _("The page “Do reminders go out?” on a phone."),
        ),
        Part(
            _("Places to turn to"),
            [
                _("Each number is checked by a person, on a day that is shown."),
                _("“Resources” shows what to check next. Call the number and note what you heard."),
                _("A number that is wrong can be taken off the list at once."),
            ],
            "directory",
            _("The list of places to turn to on a phone."),
        ),
    ],
)

PRIVACY = Guide(
    Role.PRIVACY,
    _("Guide for privacy officers"),
    [
        Part(
            _("Who looked"),
            [
                _("Each look at a record and each change is written down. Nobody can change that list."),
                _("You can ask about one client, one person or some days."),
                _("You see who did what, but no words of a client."),
                _("That you looked is written down as well."),
            ],
            "trail",
            _("The page “Who looked” on a phone."),
        ),
        Part(
            _("A client asks who looked"),
            [
                _("Find the client by the reference. Then print the answer for them."),
                _("It is made so that it can be handed over as it is."),
            ],
        ),
        Part(
            _("Emergency access"),
            [
                _("Somebody opened a record that is not theirs. They said why."),
                _("Read which pages they opened. Then say whether it was right."),
            ],
            "emergency",
            _("The page for emergency access on a phone."),
        ),
        Part(
            _("How long we keep it"),
            [
                _("Each site has a rule for how long records stay, and where the rule comes from."),
                _("When the time is over, you get a list. Two people must agree to it."),
                _("A legal hold stops all of this for a record until you lift it."),
            ],
            "keeping",
            _("The page for keeping records on a phone."),
        ),
    ],
)

GUIDES = [THERAPIST, SUPERVISOR, ADMIN, PRIVACY]


def pictures():
    """The names of all pictures, each once."""
    return [part.picture for guide in GUIDES for part in guide.parts if part.picture]


def for_person(person):
    """Their own guides, and those of others, as (own, others)."""
    own = [guide for guide in GUIDES if person.has_role(guide.role)]
    return own, [guide for guide in GUIDES if guide not in own]
