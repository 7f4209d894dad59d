"""The one declaration of what stands in clear, and why: every other text of the database is encrypted."""

STAFF = "about staff and places of work, not about clients"
DIRECTORY = "the directory of resources: public"
PROTOCOL = "words of a protocol or policy that hold for everybody"
CODES = "codes, hashes and names from a fixed list"
MACHINES = "written by programs for programs; holds no words"
PLACE = "a country code"

#: {reason: {model: fields}}. A field that is neither here nor encrypted fails the walk in `tests.test_encryption`.
IN_CLEAR = {
    STAFF: {
        "accounts.Site": "name country time_zone emergency_number on_call_name on_call_phone safeguarding_name "
        "safeguarding_phone",
        "accounts.SiteRule": "words adopted_by",
        "accounts.Team": "name",
        "accounts.User": "password email name phone time_zone language theme",
        "accounts.Invitation": "email name roles supervisor_email language token_hash",
        "accounts.MailTest": "token_hash",
        "accounts.Organisation": "name",
        "usersessions.UserSession": "session_key user_agent data",
        "socialaccount.*": "*",  # the identity provider of the organisation, and what it calls its people
        "account.EmailAddress": "email",
        "account.EmailConfirmation": "key",
        "followups.PushSubscription": "endpoint p256dh auth",
    },
    DIRECTORY: {
        "resources.*": "*",
        "sessions_app.GivenResource": "snapshot",  # the entry as it stood in the directory when it was given
    },
    PROTOCOL: {
        "protocols.*": "*",
        "sessions_app.WordList": "added removed",
        "followups.FollowUpPolicy": "title",
        "followups.PolicyTask": "title script source",
        "followups.PolicyOverlay": "title script source",
        "followups.PolicyEscalation": "source",
        "followups.FollowUp": "title script source",  # copied from the policy; nobody types any
        "followups.RetentionRule": "record_class country_rule source",
    },
    PLACE: {
        "sessions_app.TherapySession": "country_today",
        "sessions_app.DepartureEvent": "country_today",
    },
    CODES: {
        "accounts.PolicyReport": "directive",
        "accounts.AuditEntry": "system_actor action subject_type subject_id facts about device why",
        "accounts.AuditForm": "source columns",
        "accounts.AuditLink": "source content_hash hash",
        "accounts.StaffMail": "facts once",
        "followups.Disposal": "list_hash",
        "followups.DisposedRecord": "rules opened_in kept_because counts",
        "followups.ChartPackage": "sha256",
        "mfa.Authenticator": "data",  # its secrets are sealed on their own (accounts.factor_rules)
        "sessions_app.Client": "reference_mark",
        "sessions_app.IntakeTitle": "words_mark",
        "sessions_app.ReviewTask": "client_reference",
        "sessions_app.PromptChoice": "code",
        "sessions_app.Exercise": "slug",
        "sessions_app.DepartureReport": "not_provided seal sealed_fields content_hash",
        "sessions_app.ReportAddendum": "seal sealed_fields text_hash report_hash previous_seal",
        "sessions_app.Review": "seal sealed_fields",
        "sessions_app.PlaceComment": "place seal sealed_fields",
        "sessions_app.PlaceAnswer": "seal sealed_fields",
        "sessions_app.ReviewHarm": "seal sealed_fields",
        "sessions_app.SafetyEventReference": "seal sealed_fields",
        "sessions_app.QualityNote": "seal sealed_fields report_hash",
        "sessions_app.CapturedFact": "name",
        "followups.PackReading": "week",
        "followups.TrendCount": "figure value",
        "followups.TrendRelease": "counts",
        "followups.TrendBlock": "figure parts cells",
        "followups.FiledPaper": "language mark sha256",
    },
    MACHINES: {
        "sessions_app.TherapySession": "calendar_key",  # a calendar's own id of an appointment (RFC 5545, UID)
        "sessions_app.IntakeRow": "key",
        "followups.FollowUp": "time_zone",
        "followups.Absence": "time_zone",
        "followups.Reminder": "time_zone",
        "followups.CalendarFeed": "token_digest",
        "followups.Delivery": "key last_problem",
        "followups.DeliveryStart": "worker",
        "followups.DeliveryEnd": "detail",
        "followups.Heartbeat": "clock",
        "auth.*": "*",
        "contenttypes.*": "*",
        "sessions.*": "*",  # who is signed in since when; no view keeps words in a session
        "pghistory.*": "*",  # contexts are not used; its two views have no table
    },
}


def declared():
    """{(model, field)} of all that stands in clear; "*" for every field, or every model of an app."""
    return {
        (model, field) for fields in IN_CLEAR.values() for model, names in fields.items() for field in names.split()
    }
