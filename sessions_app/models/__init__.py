from sessions_app.models.clients import Channel, Client, ContactPermission
from sessions_app.models.departures import DepartureEvent, Ending, ResponseLevel
from sessions_app.models.help_calls import HelpCall
from sessions_app.models.practice import Exercise
from sessions_app.models.quality import Review
from sessions_app.models.recalls import RecallAnswer
from sessions_app.models.reports import DepartureReport, ReportAddendum
from sessions_app.models.responses import CapturedFact, GivenResource, StepResponse
from sessions_app.models.therapy_sessions import AgeBand, Composition, Format, TherapySession

__all__ = [
    "AgeBand",
    "CapturedFact",
    "Channel",
    "Client",
    "Composition",
    "ContactPermission",
    "DepartureEvent",
    "DepartureReport",
    "Ending",
    "Exercise",
    "Format",
    "GivenResource",
    "HelpCall",
    "RecallAnswer",
    "ReportAddendum",
    "ResponseLevel",
    "Review",
    "StepResponse",
    "TherapySession",
]
