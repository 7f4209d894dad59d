from followups.models.absences import Absence, HandOver, OnCallShift
from followups.models.channels import CalendarFeed, NotificationPreferences, PushSubscription
from followups.models.deliveries import Delivery, DeliveryEnd, DeliveryStart, Heartbeat
from followups.models.escalation import Acknowledgement, HelpEscalation, PolicyEscalation
from followups.models.follow_ups import ContactAttempt, FollowUp, FollowUpChange, FollowUpPlan
from followups.models.policy import FollowUpPolicy, PolicyOverlay, PolicyTask, Situation
from followups.models.reminders import Reminder, Told
from followups.models.trends import TrendBlock, TrendCount, TrendMark, TrendMonth, TrendRelease
from followups.models.two_people import ContactOverride, StatusDecision

__all__ = [
    "Absence",
    "Acknowledgement",
    "CalendarFeed",
    "ContactAttempt",
    "ContactOverride",
    "Delivery",
    "DeliveryEnd",
    "DeliveryStart",
    "FollowUp",
    "FollowUpChange",
    "FollowUpPlan",
    "FollowUpPolicy",
    "HandOver",
    "Heartbeat",
    "HelpEscalation",
    "NotificationPreferences",
    "OnCallShift",
    "PolicyEscalation",
    "PolicyOverlay",
    "PolicyTask",
    "PushSubscription",
    "Reminder",
    "Situation",
    "StatusDecision",
    "Told",
    "TrendBlock",
    "TrendCount",
    "TrendMark",
    "TrendMonth",
    "TrendRelease",
]
