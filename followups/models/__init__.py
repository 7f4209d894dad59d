from followups.models.deliveries import Delivery, DeliveryEnd, DeliveryStart, Heartbeat
from followups.models.follow_ups import ContactAttempt, FollowUp, FollowUpChange, FollowUpPlan
from followups.models.policy import FollowUpPolicy, PolicyOverlay, PolicyTask, Situation
from followups.models.reminders import Reminder

__all__ = [
    "ContactAttempt",
    "Delivery",
    "DeliveryEnd",
    "DeliveryStart",
    "FollowUp",
    "FollowUpChange",
    "FollowUpPlan",
    "FollowUpPolicy",
    "Heartbeat",
    "PolicyOverlay",
    "PolicyTask",
    "Reminder",
    "Situation",
]
