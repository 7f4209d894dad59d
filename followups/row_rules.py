"""Which rows of what comes next the database shows to whom, and which departures of others are lent to somebody."""

from accounts.database_rights import (
    AS_WHOEVER_WRITES,
    EVERYTHING,
    EXECUTE,
    FUNCTIONS,
    LENT_FACTS,
    MORE_FACTS,
    REST,
    RULES,
    Rule,
)
from followups.keeping import doors
from sessions_app.row_rules import OF_A_CLIENT, OF_A_DEPARTURE, through

OF_A_FOLLOW_UP = through("follow_up_id", "followups_followup")
PERSON = "{column}_id = {{me}} OR {column}_id = ANY({{people}})"

#: Departures of others that somebody has to do with, none of them an exercise. A new reason is one more SELECT.
LENT = """
    ARRAY(SELECT departure.id FROM sessions_app_departureevent AS departure
    WHERE NOT is_practice AND departure.therapist_id IS DISTINCT FROM known.own AND departure.id IN (
        SELECT departure_id FROM followups_followup WHERE owner_id = known.me
        UNION SELECT promise.departure_id FROM followups_reminder AS reminder
            JOIN followups_followup AS promise ON promise.id = reminder.follow_up_id
            WHERE reminder.recipient_id = known.me AND reminder.told_at IS NOT NULL AND promise.state = 'open'
        UNION SELECT departure_id FROM followups_contactoverride WHERE known.me IN (asked_by_id, answered_by_id)
        UNION SELECT waits.departure_id FROM followups_contactoverride AS waits
            JOIN sessions_app_departureevent AS about ON about.id = waits.departure_id
            WHERE waits.answered_at IS NULL AND about.site_id = ANY(known.confirms)
        UNION SELECT call.departure_id FROM sessions_app_helpcall AS call
            WHERE call.ended_at IS NULL AND (call.site_id = known.contact_of OR call.by_id = ANY(known.people)
            OR call.id IN (SELECT helpcall_id FROM sessions_app_helpcall_told_as_well WHERE user_id = known.me))
        UNION SELECT report.departure_id FROM sessions_app_departurereport AS report
            WHERE report.id = ANY(known.told_reviews)
        UNION SELECT of_client.id FROM sessions_app_departureevent AS of_client
            WHERE of_client.client_id = ANY(known.opened)
        UNION SELECT theirs.id FROM sessions_app_departureevent AS theirs
            WHERE theirs.logged_by_id = known.me OR theirs.logged_by_id = ANY(known.people)
    )) || ARRAY(SELECT goes.id FROM sessions_app_departureevent AS goes WHERE goes.client_id = known.handing)
"""
CONFIRMS = """
    ARRAY(
        SELECT site_id FROM followups_oncallshift
        WHERE person_id = known.me AND starts_at <= clock_timestamp() AND ends_at > clock_timestamp()
        UNION SELECT team.site_id FROM accounts_user AS who JOIN accounts_team AS team ON team.id = who.team_id
        WHERE who.id = known.me AND 'supervisor' = ANY(who.roles)
    )
"""
TOLD_REVIEWS = """
    ARRAY(
        SELECT task.report_id FROM sessions_app_reviewtask_told AS told
        JOIN sessions_app_reviewtask AS task ON task.report_id = told.reviewtask_id
        WHERE told.user_id = known.me AND task.stage IN ('waiting', 'for_co_sign')
    )
"""
#: Of departures that came with a client: the session is another therapist's, and stays so.
OF_THOSE_THAT_CAME = """
    ARRAY(SELECT session_id FROM sessions_app_departureevent WHERE logged_by_id IS NOT NULL
    AND (therapist_id = known.own OR therapist_id = ANY(known.people)))
"""
OF_HANDING = "ARRAY(SELECT therapysession_id FROM sessions_app_therapysession_clients WHERE client_id = known.handing)"
OF_LENT = "ARRAY(SELECT {column}_id FROM sessions_app_departureevent WHERE id = ANY(known.lent))"

MORE_FACTS |= {
    "confirms": ("bigint[]", CONFIRMS),
    "told_reviews": ("bigint[]", TOLD_REVIEWS),
}
LENT_FACTS |= {
    "lent": ("uuid[]", LENT),
    "lent_clients": ("bigint[]", f"{OF_LENT.format(column='client')} || known.opened || known.handing"),
    "lent_sessions": ("bigint[]", f"{OF_LENT.format(column='session')} || {OF_THOSE_THAT_CAME} || {OF_HANDING}"),
}

RULES |= {
    "followups_followupplan": Rule(OF_A_DEPARTURE),
    "followups_followup": Rule("owner_id = {me} OR " + OF_A_DEPARTURE, writes=OF_A_DEPARTURE, worker="SU"),
    "followups_followupchange": Rule(OF_A_FOLLOW_UP, verbs="SI", worker="SI"),
    "followups_contactattempt": Rule(OF_A_DEPARTURE, verbs="SI"),
    "followups_acknowledgement": Rule(OF_A_FOLLOW_UP, verbs="SI"),
    "followups_contactoverride": Rule("{me} IN (asked_by_id, answered_by_id) OR " + OF_A_DEPARTURE),
    "followups_statusdecision": Rule(OF_A_DEPARTURE),
    "followups_relationshipstatus": Rule(OF_A_DEPARTURE, verbs="SI"),
    "followups_letterversion": Rule(OF_A_DEPARTURE, verbs="SI"),
    "followups_lettersent": Rule(through("version_id", "followups_letterversion"), verbs="SI"),
    "followups_packreading": Rule(PERSON.format(column="by"), verbs="SI"),
    "followups_absence": Rule("{me} IN (cover_id, entered_by_id) OR " + PERSON.format(column="person"), worker="SU"),
    "followups_handover": Rule(through("absence_id", "followups_absence") + " OR " + OF_A_FOLLOW_UP, worker="SIU"),
    "followups_copyrequest": Rule(OF_A_CLIENT, verbs="SIU"),
    # A copy holds what whoever asked for it may see, so it is for them and for who answers for them.
    "followups_filedpaper": Rule(
        OF_A_DEPARTURE
        + " OR ((requested_by_id = {me} OR requested_by_id = ANY({people})) AND "
        + through("copy_id", "followups_copyrequest")
        + ")",
        worker="SU",
    ),
    "followups_paperfile": Rule(through("paper_id", "followups_filedpaper"), verbs="S", worker="SI"),
    "followups_copygiven": Rule(through("request_id", "followups_copyrequest"), verbs="SI"),
    "followups_chartpackage": Rule(through("request_id", "followups_copyrequest")),
}

#: No clinical row stands in any of them: ids, codes and times, and what is written to or about staff.
REST |= {
    "followups_absence_supervisions": EVERYTHING,
    "followups_absence_team_covers": EVERYTHING,
    "followups_calendarfeed": EVERYTHING,
    "followups_delivery": EVERYTHING,
    "followups_deliveryend": "SI",
    "followups_deliverystart": "SI",
    "followups_disposal": "SIU",
    # The door of a disposal is a column of this table, so that only the function that disposes may write there.
    "followups_disposedrecord": "SI",
    "followups_followuppolicy": EVERYTHING,
    "followups_heartbeat": EVERYTHING,
    "followups_helpescalation": EVERYTHING,
    "followups_legalhold": "SIU",
    "followups_notificationpreferences": EVERYTHING,
    "followups_oncallshift": EVERYTHING,
    "followups_policyescalation": EVERYTHING,
    "followups_policyoverlay": EVERYTHING,
    "followups_policytask": EVERYTHING,
    "followups_pushsubscription": EVERYTHING,
    "followups_reminder": EVERYTHING,
    "followups_retentionrule": "SI",
    "followups_reviewescalation": EVERYTHING,
    "followups_trendblock": EVERYTHING,
    "followups_trendcount": EVERYTHING,
    "followups_trendmark": EVERYTHING,
    "followups_trendmonth": EVERYTHING,
    "followups_trendrelease": EVERYTHING,
}
FUNCTIONS.append(doors.write)
AS_WHOEVER_WRITES.add("tombstone_is_written_by_the_disposal")
EXECUTE["app"] |= {"doorway_clients", "doorway_door_is_open", "doorway_lone_departures", "doorway_rules_of"}
EXECUTE["worker"] |= {"doorway_dispose"}
