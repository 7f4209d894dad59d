"""Years of made-up work, written by the database itself: for benchmarks, and for tests that need many departures.

`load(1_000_000)` takes some minutes, `load(10_000)` seconds. Rows are spread evenly, and are the same for the same
number; of each kind the newest come last. Triggers are off meanwhile (history, marks, what is written once, what refers
to what), which takes a superuser: it is for databases that are thrown away.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Role, Site, Supervision, Team, User
from protocols import editions
from resources.models import Organisation, Resource
from sessions_app import departures, reports
from sessions_app.models import Client, DepartureReport, Review, TherapySession

CASELOAD = 120  # clients of a therapist, however many departures: the list of clients is as long at any size
ZONES = [("US", "America/New_York", "911"), ("GB", "Europe/London", "999"), ("JP", "Asia/Tokyo", "119")]
TABLES = [
    "sessions_app_client",
    "sessions_app_therapysession",
    "sessions_app_therapysession_clients",
    "sessions_app_departureevent",
    "sessions_app_stepresponse",
    "sessions_app_capturedfact",
    "sessions_app_givenresource",
    "sessions_app_departurereport",
    "sessions_app_review",
    "followups_followupplan",
    "followups_followup",
    "followups_contactattempt",
]


@dataclass(frozen=True)
class Loaded:
    """Who and where: sites, therapists, a supervisor of the first eight of them, and a report that waits for her."""

    sites: list
    therapists: list
    supervisor: User
    waiting: DepartureReport


def load(number, *, years=3, therapists=200, sites=10, waiting=200, steps=4, until=None):
    """Write `number` departures of the last `years`, each with its session, client, answers to `steps` steps, and
    where the client left with a signed report, a plan, a follow-up and an attempt. The newest `waiting` reports wait
    for review, the others are closed. About one departure in five did not happen. Returns Loaded.
    """
    until = until or timezone.now() - timedelta(hours=1)
    where = [new_site(each) for each in range(sites)]
    staff = new_staff(where, therapists)
    supervisor = new_supervisor(where[0], staff[:8])
    one = real_report(staff[0])
    facts = {
        "n": number,
        "clients": CASELOAD * len(staff),
        "staff": [each.pk for each in staff],
        "sites": [each.team.site_id for each in staff],
        "teams": [each.team_id for each in staff],
        "supervisor": supervisor.pk,
        "start": until - timedelta(days=365 * years),
        "minutes": 365 * years * 24 * 60,
        "version": editions.in_force().pk,
        "steps": [each.pk for each in editions.steps_of(editions.in_force().pk)][:steps],
        "explore": editions.step_of(editions.in_force().pk, "explore-reason").pk,
        "resource": a_resource().pk,
        "hash": one.content_hash,
        "closed": max(0, number - waiting),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL session_replication_role = replica")  # own triggers, and what refers to what
        for statement in [NEW, BASE, SEALED]:
            cursor.execute(statement, facts)
        facts |= sealed_clients(cursor, facts["clients"])
        seal_reports(cursor, one)
        for statement in STATEMENTS:
            cursor.execute(statement, facts)
        cursor.execute("SET LOCAL session_replication_role = origin")
        for table in TABLES:
            after(cursor, table)
        cursor.execute("ANALYZE")
        cursor.execute("RESET statement_timeout")
    return Loaded(where, staff, supervisor, one)


def sealed_clients(cursor, number):
    """References and their marks, as the field would write them for the rows to come."""
    cursor.execute("SELECT client FROM base")
    (last,) = cursor.fetchone()
    made = [Client(pk=last + 1 + each, reference=f"M{each:07}") for each in range(number)]
    reference, mark = Client._meta.get_field("reference"), Client._meta.get_field("reference_mark")
    return {
        "references": [str(reference.close(each.reference, each)) for each in made],
        "marks": [mark.made_of(each) for each in made],
    }


def seal_reports(cursor, one):
    """The words of each report and review to come, as the fields would write them."""
    cursor.execute(f"SELECT i, id, base.report + i, base.review + i FROM made_up, base WHERE {HAPPENED}")
    account, content, message = (
        model._meta.get_field(name)
        for model, name in [(DepartureReport, "account"), (DepartureReport, "content"), (Review, "message")]
    )
    rows = cursor.fetchall()
    with cursor.copy("COPY sealed (i, account, content, message) FROM STDIN") as copy:
        for i, departure, report_id, review_id in rows:
            report, review = DepartureReport(pk=report_id, departure_id=departure), Review(pk=review_id)
            review.report_id = report_id
            words = json.dumps(content.close(one.content, report))
            copy.write_row((i, account.close(ACCOUNT, report), words, message.close("Thank you.", review)))


def after(cursor, table):
    """Numbers that are given out from now on follow those that were written."""
    cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
    if sequence := cursor.fetchone()[0]:
        cursor.execute(f"SELECT setval(%s, (SELECT max(id) FROM {table}))", [sequence])


def new_site(number):
    country, zone, emergency = ZONES[number % len(ZONES)]
    facts = {"country": country, "time_zone": zone, "emergency_number": emergency}
    return Site.objects.create(name=f"Made-up site {number + 1}", **facts)


def new_staff(where, number):
    teams = [Team.objects.create(name="All", site=site) for site in where]
    password = make_password(None)
    return User.objects.bulk_create(
        User(
            email=f"made.up.{each}@clinic.example",
            name=f"Madeup Person {each}",
            roles=[Role.THERAPIST],
            team=teams[each % len(teams)],
            password=password,
        )
        for each in range(number)
    )


def new_supervisor(site, supervisees):
    facts = {"name": "Madeup Supervisor", "roles": [Role.SUPERVISOR], "team": supervisees[0].team}
    made = User.objects.create_user(f"supervisor.{site.pk}@clinic.example", None, **facts)
    began = timezone.localdate() - timedelta(days=30)
    Supervision.objects.bulk_create(
        Supervision(supervisor=made, supervisee=each, starts_on=began) for each in supervisees
    )
    return made


def real_report(therapist):
    """One departure written with the real verbs: its signed content is what every other report says."""
    client = Client.objects.create(reference="MADE-UP", therapist=therapist, team=therapist.team)
    now = timezone.now()
    session = TherapySession.objects.create(therapist=therapist, site=therapist.site, starts_at=now)
    session.clients.add(client)
    made = departures.log(id=uuid.uuid4(), by=therapist, session=session)
    departures.they_have_gone(made, op_id=uuid.uuid4(), by=therapist)
    report = reports.draft_for(made, by=therapist)
    reports.save_draft(report, by=therapist, account="They stood up and left.", main_reason="overwhelmed")
    return reports.sign(report, by=therapist)


def a_resource():
    if found := Resource.objects.first():
        return found
    organisation = Organisation.objects.create(name="A helpline")
    facts = {"slug": "a-helpline", "name": "A helpline", "country": "US", "status": Resource.Status.IN_REVIEW}
    return Resource.objects.create(organisation=organisation, **facts)


# A hash of the number stands for chance: spread without a pattern, and the same every time. Clients are in the care of
# whoever they were with.
NEW = f"""
    CREATE TEMP TABLE made_up ON COMMIT DROP AS
    SELECT i, md5('made-up ' || i)::uuid AS id, 1 + a %% cardinality(%(staff)s::bigint[]) AS who,
        a %% cardinality(%(staff)s::bigint[]) + cardinality(%(staff)s::bigint[]) * (f %% {CASELOAD}) AS whose,
        c, d, e, f,
        %(start)s + ((i::numeric * %(minutes)s / %(n)s)::bigint * interval '1 minute') AS began,
        a %% 55 AS minute,
        CASE WHEN b %% 20 < 3 THEN 'stayed' WHEN b %% 20 = 3 THEN 'returned'
            WHEN b %% 20 < 16 THEN 'left' WHEN b %% 20 < 19 THEN 'disconnected'
            ELSE 'handed_over' END AS ending
    FROM generate_series(1, %(n)s) i,
        LATERAL (SELECT hashint8(i) & 1048575 AS a, hashint8(i + 1000000000) & 1048575 AS b,
            hashint8(i + 2000000000) & 1048575 AS c, hashint8(i + 3000000000) & 1048575 AS d,
            hashint8(i + 4000000000) & 1048575 AS e, hashint8(i + 5000000000) & 1048575 AS f) chance"""

HAPPENED, ACCOUNT = "ending NOT IN ('stayed', 'returned')", "They stood up and left."
SEALED = "CREATE TEMP TABLE sealed (i int PRIMARY KEY, account text, content jsonb, message text) ON COMMIT DROP"
BASE = """CREATE TEMP TABLE base ON COMMIT DROP AS SELECT
        (SELECT coalesce(max(id), 0) FROM sessions_app_client) AS client,
        (SELECT coalesce(max(id), 0) FROM sessions_app_therapysession) AS session,
        (SELECT coalesce(max(id), 0) FROM sessions_app_departurereport) AS report,
        (SELECT coalesce(max(id), 0) FROM followups_followupplan) AS plan,
        (SELECT coalesce(max(id), 0) FROM sessions_app_review) AS review,
        (SELECT coalesce(max(id), 0) FROM followups_followup) AS promise"""
STATEMENTS = [
    """INSERT INTO sessions_app_client (id, reference, reference_mark, preferred_name, age_band, therapist_id, team_id,
            asked_for_no_contact, is_practice)
        SELECT base.client + 1 + i, reference, mark, '', 'adult',
            (%(staff)s::bigint[])[1 + i %% cardinality(%(staff)s::bigint[])],
            (%(teams)s::bigint[])[1 + i %% cardinality(%(teams)s::bigint[])], false, false
        FROM unnest(%(references)s::text[], %(marks)s::text[]) WITH ORDINALITY AS made(reference, mark, nth), base,
            LATERAL (SELECT nth::int - 1 AS i) number""",
    """INSERT INTO sessions_app_therapysession (id, therapist_id, site_id, starts_at, planned_minutes, format,
            composition, room, address_today, callback_number, country_today, is_practice, calendar_key)
        SELECT base.session + i, (%(staff)s::bigint[])[who], (%(sites)s::bigint[])[who],
            began - minute * interval '1 minute', 50, CASE WHEN c %% 7 < 5 THEN 'in_person' ELSE 'video' END,
            CASE WHEN d %% 9 < 7 THEN 'individual' ELSE 'couple' END, '', '', '', '', false, ''
        FROM made_up, base""",
    """INSERT INTO sessions_app_therapysession_clients (therapysession_id, client_id)
        SELECT base.session + i, base.client + 1 + whose FROM made_up, base""",
    """INSERT INTO sessions_app_departureevent (id, therapist_id, site_id, client_id, session_id, is_practice,
            protocol_version_id, format, composition, age_band, address_today, callback_number, country_today, kind,
            began_at, received_at, is_late_entry, ended_at, ending, response_level, response_level_at, level_wished,
            void_reason)
        SELECT id, (%(staff)s::bigint[])[who], (%(sites)s::bigint[])[who], base.client + 1 + whose,
            base.session + i, false, %(version)s, CASE WHEN c %% 7 < 5 THEN 'in_person' ELSE 'video' END,
            CASE WHEN d %% 9 < 7 THEN 'individual' ELSE 'couple' END, 'adult', '', '', '', 'asked', began, began, false,
            began + interval '5 minutes', ending,
            (ARRAY['elevated', 'some_concern', 'unable_to_assess', 'none_identified'])[1 + c %% 4],
            began + interval '2 minutes', '', ''
        FROM made_up, base""",
    """INSERT INTO sessions_app_stepresponse (op_id, departure_id, step_id, outcome, reason, note, by_id, occurred_at,
            received_at)
        SELECT md5('answer ' || i || ' ' || step)::uuid, id, step,
            (ARRAY['done', 'done', 'partly', 'declined'])[1 + (c + step * step) %% 4], '', '',
            (%(staff)s::bigint[])[who], began + interval '1 minute', began + interval '1 minute'
        FROM made_up, unnest(%(steps)s::bigint[]) step""",
    """INSERT INTO sessions_app_capturedfact (op_id, departure_id, step_id, name, value, by_id, occurred_at,
            received_at)
        SELECT md5('fact ' || i)::uuid, id, %(explore)s, 'reasons-source',
            to_jsonb((ARRAY['stated', 'observed', 'inferred'])[1 + d %% 3]), (%(staff)s::bigint[])[who],
            began + interval '3 minutes', began + interval '3 minutes'
        FROM made_up WHERE e %% 4 < 3""",
    """INSERT INTO sessions_app_givenresource (op_id, departure_id, resource_id, snapshot, way, taken, safe_at_home,
            by_id, at)
        SELECT md5('given ' || i)::uuid, id, %(resource)s, '{}', 'card', (ARRAY['yes', 'yes', 'no'])[1 + e %% 3],
            'yes', (%(staff)s::bigint[])[who], began + interval '4 minutes'
        FROM made_up WHERE f %% 3 = 0""",
    """INSERT INTO sessions_app_departurereport (id, departure_id, author_id, state, main_reason, account,
            main_reason_source, not_provided, words_kept, created_at, saved_at, signed_at, submitted_at, content,
            content_hash, seal, sealed_fields, feedback_seen_at)
        SELECT base.report + i, id, (%(staff)s::bigint[])[who],
            CASE WHEN i > %(closed)s THEN 'submitted' ELSE 'closed' END,
            (ARRAY['overwhelmed', 'painful_topic', 'outside_event', 'overwhelmed', 'practical', 'therapist',
                'painful_topic', 'unwell', 'not_known', 'overwhelmed'])[1 + d %% 10],
            sealed.account, '', '[]', '[]', began + interval '1 hour', began + interval '2 hours',
            began + interval '2 hours', began + interval '2 hours', sealed.content, %(hash)s, '', '{}',
            CASE WHEN i <= %(closed)s THEN began + interval '3 days' END
        FROM made_up JOIN sealed USING (i), base""",
    """INSERT INTO sessions_app_review (id, report_id, decision, outcome, colleague_state, message, by_id, at,
            safety_event, learning, system_change, seal, sealed_fields)
        SELECT base.review + i, base.report + i, 'signed_off', 'appropriate', 'fine', sealed.message, %(supervisor)s,
            began + interval '2 days', 'no', '', '', '', '{}'
        FROM made_up JOIN sealed USING (i), base WHERE i <= %(closed)s""",
    """INSERT INTO sessions_app_reviewtask (report_id, author_id, stage, urgency, due_at, sent_at, moved_at,
            client_reference, needs_co_sign)
        SELECT base.report + i, (%(staff)s::bigint[])[who], CASE WHEN i > %(closed)s THEN 'waiting' ELSE 'closed' END,
            1 + c %% 3, CASE WHEN i > %(closed)s THEN began + interval '3 days' END, began + interval '2 hours',
            began + interval '2 hours', client.reference_mark, false
        FROM made_up, base JOIN sessions_app_client client ON true
        WHERE client.id = base.client + 1 + whose AND ending NOT IN ('stayed', 'returned')""",
    """INSERT INTO followups_followupplan (id, departure_id, response_level, opened_at, opened_by_id)
        SELECT base.plan + i, id, 'some_concern', began + interval '5 minutes', (%(staff)s::bigint[])[who]
        FROM made_up, base WHERE ending NOT IN ('stayed', 'returned')""",
    """INSERT INTO followups_followup (id, plan_id, departure_id, owner_id, position, title, script, channel, due_on,
            due_wall_time, time_zone, due_at, source, situation, state, closed_at, closed_by_id)
        SELECT base.promise + i, base.plan + i, id, (%(staff)s::bigint[])[who], 1, 'Call', '', 'phone',
            (began + interval '1 day')::date, '10:00', 'UTC', began + interval '1 day', '', '', 'done',
            began + (e %% 40) * interval '1 hour', (%(staff)s::bigint[])[who]
        FROM made_up, base WHERE ending NOT IN ('stayed', 'returned')""",
    """INSERT INTO followups_contactattempt (op_id, follow_up_id, departure_id, channel, result, note, by_id,
            occurred_at, received_at)
        SELECT md5('attempt ' || i)::uuid, base.promise + i, id, 'phone',
            (ARRAY['reached_safe', 'reached_safe', 'no_answer'])[1 + f %% 3], '', (%(staff)s::bigint[])[who],
            began + (e %% 40) * interval '1 hour', began + (e %% 40) * interval '1 hour'
        FROM made_up, base WHERE ending NOT IN ('stayed', 'returned')""",
]
