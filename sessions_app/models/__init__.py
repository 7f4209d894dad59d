from sessions_app.models.clients import Channel, Client, ContactPermission, in_order
from sessions_app.models.departures import DepartureEvent, Ending, ResponseLevel
from sessions_app.models.emergency_access import EmergencyAccess
from sessions_app.models.hand_overs import ClientHandOver
from sessions_app.models.help_calls import HelpCall
from sessions_app.models.intakes import Intake, IntakeRow, IntakeTitle
from sessions_app.models.patterns import PromptChoice
from sessions_app.models.practice import Exercise
from sessions_app.models.private_notes import PrivateNote
from sessions_app.models.quality import Harm, PlaceAnswer, PlaceComment, Review, ReviewHarm, SafetyEventReference
from sessions_app.models.quality_notes import QualityNote
from sessions_app.models.recalls import RecallAnswer
from sessions_app.models.reports import DepartureReport, ReportAddendum
from sessions_app.models.responses import CapturedFact, GivenResource, StepResponse
from sessions_app.models.review_tasks import ReviewTask
from sessions_app.models.therapy_sessions import AgeBand, Composition, Format, TherapySession
from sessions_app.models.word_lists import WordList

__all__ = [
    "AgeBand",
    "CapturedFact",
    "Channel",
    "Client",
    "ClientHandOver",
    "Composition",
    "ContactPermission",
    "DepartureEvent",
    "DepartureReport",
    "EmergencyAccess",
    "Ending",
    "Exercise",
    "Format",
    "GivenResource",
    "Harm",
    "HelpCall",
    "Intake",
    "IntakeRow",
    "IntakeTitle",
    "PlaceAnswer",
    "PlaceComment",
    "PrivateNote",
    "PromptChoice",
    "QualityNote",
    "RecallAnswer",
    "ReportAddendum",
    "ResponseLevel",
    "Review",
    "ReviewHarm",
    "ReviewTask",
    "SafetyEventReference",
    "StepResponse",
    "TherapySession",
    "WordList",
    "in_order",
]
