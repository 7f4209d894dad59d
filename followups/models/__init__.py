from followups.models.absences import Absence, HandOver, OnCallShift
from followups.models.channels import CalendarFeed, NotificationPreferences, PushSubscription
from followups.models.deliveries import Delivery, DeliveryEnd, DeliveryStart, Heartbeat
from followups.models.escalation import Acknowledgement, HelpEscalation, PolicyEscalation, ReviewEscalation
from followups.models.follow_ups import ContactAttempt, FollowUp, FollowUpChange, FollowUpPlan
from followups.models.keeping import ChartPackage, Disposal, DisposedRecord, LegalHold, RetentionRule
from followups.models.papers import CopyGiven, CopyRequest, FiledPaper, PaperFile
from followups.models.policy import FollowUpPolicy, PolicyOverlay, PolicyTask, Situation
from followups.models.relations import LetterKind, LetterSent, LetterVersion, PackReading, RelationshipStatus
from followups.models.reminders import Reminder, Told
from followups.models.trends import TrendBlock, TrendCount, TrendMark, TrendMonth, TrendRelease
from followups.models.two_people import ContactOverride, StatusDecision

__all__ = [
    "Absence",
    "Acknowledgement",
    "CalendarFeed",
    "ChartPackage",
    "ContactAttempt",
    "ContactOverride",
    "CopyGiven",
    "CopyRequest",
    "Delivery",
    "DeliveryEnd",
    "DeliveryStart",
    "Disposal",
    "DisposedRecord",
    "FiledPaper",
    "FollowUp",
    "FollowUpChange",
    "FollowUpPlan",
    "FollowUpPolicy",
    "HandOver",
    "Heartbeat",
    "HelpEscalation",
    "LegalHold",
    "LetterKind",
    "LetterSent",
    "LetterVersion",
    "NotificationPreferences",
    "OnCallShift",
    "PackReading",
    "PaperFile",
    "PolicyEscalation",
    "PolicyOverlay",
    "PolicyTask",
    "PushSubscription",
    "RelationshipStatus",
    "Reminder",
    "RetentionRule",
    "ReviewEscalation",
    "Situation",
    "StatusDecision",
    "Told",
    "TrendBlock",
    "TrendCount",
    "TrendMark",
    "TrendMonth",
    "TrendRelease",
]
