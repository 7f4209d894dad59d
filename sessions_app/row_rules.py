"""Which rows of what was done the database shows to whom: the rules of every `visible_to`, said once more in SQL.

`{lent}` are departures of others that somebody is asked to see to: a follow-up that they own or were told of, an
override that they may confirm, an open call for help, a review that nobody else has taken up, a report to write about
a client who has gone to another therapist (`followups.row_rules`).
With them come the client, the session and everything that hangs on the departure, for as long as that lasts. In an
emergency a client is opened to somebody: `{opened}`, with all their departures.
"""

from accounts.database_rights import ALSO_SHOWN, EVERYTHING, MORE_FACTS, REST, RULES, Rule

MINE = "person_id = {me}"
COMPARTMENT = ""  # no worker reads it


OWN = "therapist_id = {own} OR (therapist_id = ANY({people}) AND NOT is_practice)"


def own_or(lent):
    """Their own and of whom they answer for, or else what is lent.

    A CASE, not one more OR: of that PostgreSQL would look up every part before the first row, what is lent as well, and
    would not read along the index that suits the query itself.
    """
    return f"CASE WHEN {OWN} THEN true ELSE id = ANY({{{lent}}}) END"


def through(key, table, target="id"):
    """Whoever sees the row of `table` that this one hangs on."""
    return f"EXISTS (SELECT FROM {table} AS above WHERE above.{target} = {key})"  # nosec B608


OF_A_DEPARTURE = through("departure_id", "sessions_app_departureevent")
OF_A_REPORT = through("report_id", "sessions_app_departurereport")
OF_A_REVIEW = through("review_id", "sessions_app_review")
OF_A_CLIENT = through("client_id", "sessions_app_client")
OF_AN_INTAKE = through("intake_id", "sessions_app_intake")

#: By the database's clock, as `EmergencyAccess.objects.running()` has it.
OPENED = """
    ARRAY(SELECT client_id FROM sessions_app_emergencyaccess
        WHERE by_id = known.me AND ended_at IS NULL AND ends_at > statement_timestamp())
"""
#: `handing`: whose record `doorway_hand_over` lets go in this very transaction.
MORE_FACTS |= {"opened": ("bigint[]", OPENED), "handing": ("bigint", "NULL::bigint")}
REST |= {
    "sessions_app_helpcall_told_as_well": EVERYTHING,
    "sessions_app_reviewtask_told": EVERYTHING,
    "sessions_app_wordlist": EVERYTHING,
}

RULES |= {
    # Whoever asked; and for a verdict privacy officers, and who answers for the record's therapist.
    "sessions_app_emergencyaccess": Rule(
        "by_id = {me} OR (began_at IS NOT NULL AND ({reads_trail} OR EXISTS (SELECT FROM sessions_app_client AS theirs"
        " WHERE theirs.id = client_id AND theirs.therapist_id = ANY({people}))))",
        worker="SU",
    ),
    "sessions_app_client": Rule(own_or("lent_clients")),
    "sessions_app_clienthandover": Rule(
        OF_A_CLIENT, verbs="SI", writes="by_id = {me} AND client_id = {handing} AND former_id = ANY({people})"
    ),
    "sessions_app_contactpermission": Rule(OF_A_CLIENT, verbs="SIUD"),
    "sessions_app_therapysession": Rule(own_or("lent_sessions")),
    "sessions_app_therapysession_clients": Rule(
        through("therapysession_id", "sessions_app_therapysession"), verbs="SID"
    ),
    "sessions_app_departureevent": Rule(own_or("lent"), worker="SU"),  # some follow their client by themselves
    "sessions_app_exercise": Rule(MINE, worker=""),
    "sessions_app_stepresponse": Rule(OF_A_DEPARTURE, verbs="SI"),
    "sessions_app_capturedfact": Rule(OF_A_DEPARTURE, verbs="SI"),
    "sessions_app_givenresource": Rule(OF_A_DEPARTURE, verbs="SI"),
    "sessions_app_recallanswer": Rule(through("given_id", "sessions_app_givenresource"), verbs="SI"),
    "sessions_app_helpcall": Rule(
        "by_id = {me} OR by_id = ANY({people}) OR site_id = {contact_of} OR EXISTS ("
        "SELECT FROM sessions_app_helpcall_told_as_well AS told"
        " WHERE told.helpcall_id = sessions_app_helpcall.id AND told.user_id = {me})",
        worker="SU",
    ),
    "sessions_app_departurereport": Rule(OF_A_DEPARTURE),
    "sessions_app_reportaddendum": Rule(OF_A_REPORT, verbs="SI"),
    "sessions_app_reviewtask": Rule(
        "author_id = {me} OR author_id = ANY({people}) OR report_id = ANY({told_reviews})", worker="SU"
    ),
    # As a quality note is, and for whoever was told that the review is late.
    "sessions_app_review": Rule(
        "EXISTS (SELECT FROM sessions_app_departurereport AS report WHERE report.id = report_id AND"
        " (report.author_id = {me} OR report.author_id = ANY({people}) OR report.id = ANY({told_reviews})))",
        verbs="SI",
    ),
    "sessions_app_placecomment": Rule(OF_A_REVIEW, verbs="SI"),
    "sessions_app_placeanswer": Rule(through("comment_id", "sessions_app_placecomment"), verbs="SI"),
    "sessions_app_reviewharm": Rule(OF_A_REVIEW, verbs="SI"),
    "sessions_app_safetyeventreference": Rule(OF_A_REPORT, verbs="SI"),
    # For the author and whoever answers for them, and for nobody whom a departure was lent to.
    "sessions_app_qualitynote": Rule(
        "EXISTS (SELECT FROM sessions_app_departurereport AS report WHERE report.id = report_id"
        " AND (report.author_id = {me} OR report.author_id = ANY({people})))",
        worker=COMPARTMENT,
    ),
    "sessions_app_privatenote": Rule("author_id = {me}", verbs="SID", worker=COMPARTMENT),
    "sessions_app_promptchoice": Rule(MINE, verbs="SI", worker=""),
    # The worker changes none; it locks what it is about to throw away, which takes the right to.
    "sessions_app_intake": Rule("therapist_id = {own}", verbs="SIUD", worker="SUD"),
    "sessions_app_intaketitle": Rule(OF_AN_INTAKE, verbs="SIUD", worker="SD"),
    "sessions_app_intakerow": Rule(OF_AN_INTAKE, verbs="SIUD", worker="SD"),
}
#: Which pages were opened in an emergency, for whoever judges it.
ALSO_SHOWN += [
    (
        "accounts_auditentry",
        "subject_type = 'sessions_app.emergencyaccess' AND action = 'read_in_emergency' AND EXISTS "
        "(SELECT FROM sessions_app_emergencyaccess AS access WHERE access.id::text = subject_id)",
    )
]
#: The check of signed reports compares them with what the trail says of them.
ALSO_SHOWN += [
    (
        "accounts_auditentry",
        "subject_type = 'sessions_app.departurereport' AND EXISTS "
        "(SELECT FROM sessions_app_departurereport AS report WHERE report.id::text = subject_id)",
    )
]
