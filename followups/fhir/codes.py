"""Where codes come from: systems of HL7, and own ones, which say what Doorway's words are.

Nothing of SNOMED CT, LOINC or CPT: their content is bound to licences, which are the site's and not ours to pass on.
An own system has its address under the address of this installation, and is there to be read.
"""

from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from followups.fhir.elements import coding, concept
from followups.models import ContactAttempt, Situation
from protocols.models import Outcome, Phase, Setting
from sessions_app.captures import CAPTURES
from sessions_app.models import Channel, Composition, Ending, Format, ResponseLevel
from sessions_app.models.departures import Kind
from sessions_app.models.reports import MainReason

HL7 = "http://terminology.hl7.org/CodeSystem"
ACT_CODE = f"{HL7}/v3-ActCode"
PARTICIPATION = f"{HL7}/v3-ParticipationType"
MODE = f"{HL7}/v3-ParticipationMode"
CONFIDENTIALITY = f"{HL7}/v3-Confidentiality"
IDENTIFIER_TYPE = f"{HL7}/v2-0203"
ORGANIZATION_TYPE = f"{HL7}/organization-type"
PLAN_TYPE = f"{HL7}/plan-definition-type"
NOT_DONE = f"{HL7}/communication-not-done-reason"
UNITS = "http://unitsofmeasure.org"  # FHIR asks for it wherever a length of time is said

#: What this chart is to whoever receives it: more than usually private.
RESTRICTED = coding(CONFIDENTIALITY, "R", "restricted")


class Vocabulary(NamedTuple):
    """An own code system: what it is about, and its codes with their words."""

    title: str
    choices: list


PURPOSES = [("departure-report", _("Report of a departure")), ("follow-up-plan", _("Follow-up plan"))]
PURPOSES += [("contact-attempt", _("Attempt to reach the client")), ("after-departure", _("After a departure"))]
BUSINESS = [("scheduled", _("Scheduled")), ("acknowledged", _("Somebody is on it")), ("overdue", _("Overdue"))]
BUSINESS += [("done", _("Done")), ("not-needed", _("Not needed"))]
TASKS = [("contact", _("Get in touch with the client")), ("other", _("Something else for the client"))]

OWN = {
    "departure-kind": Vocabulary("What happened", Kind.choices),
    "departure-ending": Vocabulary("How a departure ended", Ending.choices),
    "response-level": Vocabulary("How fast the clinic must act", ResponseLevel.choices),
    "main-reason": Vocabulary("Main reason of a departure", MainReason.choices),
    "session-format": Vocabulary("Format of a session", Format.choices),
    "session-composition": Vocabulary("Who takes part in a session", Composition.choices),
    "setting": Vocabulary("What makes a step sound different", Setting.choices),
    "situation": Vocabulary("What makes a plan different", Situation.choices),
    "step-phase": Vocabulary("Phase of a step", Phase.choices),
    "step-outcome": Vocabulary("What came of a step", Outcome.choices),
    "step-capture": Vocabulary("What a step may note", [(name, each.label) for name, each in CAPTURES.items()]),
    "contact-channel": Vocabulary("Ways to reach a client", Channel.choices),
    "contact-result": Vocabulary("What came of an attempt to reach a client", ContactAttempt.Result.choices),
    "task-kind": Vocabulary("What a follow-up is", TASKS),
    "task-state": Vocabulary("How a follow-up stands", BUSINESS),
    "purpose": Vocabulary("What something was written for", PURPOSES),
}


def base():
    """The address that everything of this installation's own is named under."""
    return f"{settings.PUBLIC_URL}/fhir"


def system(name):
    return f"{base()}/CodeSystem/{name}"


def structure(name):
    """The address of an own extension."""
    return f"{base()}/StructureDefinition/{name}"


def own_coding(name, code):
    return coding(system(name), str(code), str(dict(OWN[name].choices)[code]))


def own(name, code, *more):
    """A concept of an own system, with codings of others that say the same; empty for an empty code."""
    if not code:
        return {}
    first = own_coding(name, code)
    return concept(first, *more, text=first["display"])
