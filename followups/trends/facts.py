"""What each departure of a site and month counts as, read from the clinical rows in one query.

Exercises and departures that were taken back count nowhere; those that ended with staying count apart (`STAYED`).
"""

from collections import Counter
from datetime import UTC, date, datetime

from django.db import connection

from followups.models.follow_ups import REACHED
from followups.trends.figures import DEPARTURES, STAYED, STEP, STEP_SLUGS
from protocols.models import Outcome

#: A departure counts in the month in which it began on the wall of its site.
OF_THE_MONTH = """
    WITH counted AS (
        SELECT * FROM sessions_app_departureevent
        WHERE site_id = %(site)s AND began_at >= %(start)s AND began_at < %(end)s
            AND voided_at IS NULL AND NOT is_practice
    ), happened AS MATERIALIZED (
        SELECT *, COALESCE(ended_at, began_at) AS left_at FROM counted WHERE ending NOT IN ('stayed', 'returned')
    )"""

FACTS = """
    SELECT happened.id,
        COALESCE(NULLIF(report.main_reason, ''), 'unwritten') AS reason,
        CASE WHEN report.main_reason <> '' AND source.said IN ('stated', 'observed', 'inferred')
            THEN source.said ELSE 'unknown' END AS source,
        happened.format, happened.composition,
        CASE WHEN session.id IS NULL THEN 'unknown'
            WHEN happened.began_at < session.starts_at + interval '10 minutes' THEN '0'
            WHEN happened.began_at < session.starts_at + interval '20 minutes' THEN '10'
            WHEN happened.began_at < session.starts_at + interval '30 minutes' THEN '20'
            WHEN happened.began_at < session.starts_at + interval '40 minutes' THEN '30'
            ELSE '40' END AS minutes,
        COALESCE(NULLIF(happened.ending, ''), 'open') AS ending,
        CASE WHEN EXISTS (
                SELECT 1 FROM sessions_app_therapysession_clients present
                JOIN sessions_app_therapysession later ON later.id = present.therapysession_id
                WHERE present.client_id = happened.client_id AND later.id IS DISTINCT FROM happened.session_id
                    AND later.starts_at > happened.left_at AND later.starts_at <= now()
                    AND later.starts_at <= happened.left_at + interval '30 days'
            ) THEN 'back'
            WHEN happened.client_id IS NULL OR happened.left_at + interval '30 days' > now() THEN 'unknown'
            ELSE 'not_back' END AS back,
        CASE WHEN tried.first IS NULL THEN 'none'
            WHEN tried.first < happened.left_at + interval '1 hour' THEN 'hour'
            WHEN tried.first < happened.left_at + interval '1 day' THEN 'day'
            WHEN tried.first < happened.left_at + interval '3 days' THEN 'three_days'
            WHEN tried.first < happened.left_at + interval '7 days' THEN 'week'
            ELSE 'later' END AS first_attempt,
        CASE WHEN tried.reached IS NULL THEN 'not_reached'
            WHEN tried.reached <= promised.target THEN 'in_target'
            ELSE 'later' END AS reached,
        CASE WHEN promised.is_overdue THEN 'overdue' WHEN promised.is_late THEN 'late'
            WHEN promised.is_waiting THEN 'waiting' WHEN promised.target IS NOT NULL THEN 'in_time'
            ELSE 'none' END AS promise,
        CASE WHEN given.is_taken THEN 'taken' WHEN given.is_declined THEN 'not_taken'
            WHEN given.is_given THEN 'not_said' ELSE 'none' END AS resources
    FROM happened
    LEFT JOIN sessions_app_therapysession session ON session.id = happened.session_id
    LEFT JOIN sessions_app_departurereport report ON report.departure_id = happened.id AND report.signed_at IS NOT NULL
    LEFT JOIN LATERAL (
        SELECT CASE jsonb_typeof(value) WHEN 'object' THEN value ->> report.main_reason
            ELSE value #>> '{}' END AS said
        FROM sessions_app_capturedfact fact
        WHERE fact.departure_id = happened.id AND fact.name = 'reasons-source'
        ORDER BY occurred_at DESC, fact.id DESC LIMIT 1
    ) source ON TRUE
    LEFT JOIN LATERAL (
        SELECT min(occurred_at) FILTER (WHERE result <> 'blocked') AS first,
            min(occurred_at) FILTER (WHERE result = ANY(%(reached)s)) AS reached
        FROM followups_contactattempt attempt WHERE attempt.departure_id = happened.id
    ) tried ON TRUE
    LEFT JOIN LATERAL (
        SELECT min(due_at) AS target,
            bool_or(state = 'open' AND due_at < now()) AS is_overdue,
            bool_or(state = 'done' AND closed_at > due_at) AS is_late,
            bool_or(state = 'open') AS is_waiting
        FROM followups_followup promise
        WHERE promise.departure_id = happened.id AND channel <> '' AND state IN ('open', 'done')
    ) promised ON TRUE
    LEFT JOIN LATERAL (
        SELECT bool_or(taken = 'yes') AS is_taken, bool_or(taken = 'no') AS is_declined, count(*) > 0 AS is_given
        FROM sessions_app_givenresource resource WHERE resource.departure_id = happened.id
    ) given ON TRUE"""

COUNTS = f"""
    {OF_THE_MONTH}, fact AS ({FACTS}), answer AS (
        SELECT DISTINCT ON (response.departure_id, response.step_id) step.slug, response.outcome
        FROM happened
        JOIN sessions_app_stepresponse response ON response.departure_id = happened.id
        JOIN protocols_protocolstep step ON step.id = response.step_id
        ORDER BY response.departure_id, response.step_id, response.occurred_at DESC, response.id DESC
    )
    SELECT figure, value, count(*) FROM fact CROSS JOIN LATERAL (VALUES
        ('departures', 'all'), ('reason', reason), ('source', source), ('format', format),
        ('composition', composition), ('minutes', minutes), ('ending', ending), ('back', back),
        ('first_attempt', first_attempt), ('reached', reached), ('promise', promise), ('resources', resources)
    ) AS of_each(figure, value) GROUP BY figure, value
    UNION ALL SELECT '{STAYED}', ending, count(*) FROM counted WHERE ending IN ('stayed', 'returned') GROUP BY ending
    UNION ALL SELECT '{STEP}' || slug, outcome, count(*) FROM answer WHERE outcome <> 'not_recorded'
        GROUP BY slug, outcome"""  # noqa: S608 # nosec B608 - constants only


def month_of(moment, site):
    """First day of the month of `moment` on the wall of the site."""
    return moment.astimezone(site.zone).date().replace(day=1)


def month_after(month):
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def bounds_of(month, site):
    """When the month begins and ends on the wall of the site, in UTC."""
    return tuple(
        datetime(each.year, each.month, 1, tzinfo=site.zone).astimezone(UTC) for each in (month, month_after(month))
    )


def counts_of(site, month):
    """{(figure, value): number} of a site and month, as the rows are now; numbers are above zero."""
    start, end = bounds_of(month, site)
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"site": site.pk, "start": start, "end": end, "reached": sorted(REACHED)})
        found = Counter({(figure, value): number for figure, value, number in cursor.fetchall()})
    for slug in STEP_SLUGS:
        recorded = sum(number for (figure, _value), number in found.items() if figure == STEP + slug)
        found[STEP + slug, str(Outcome.NOT_RECORDED)] = found[DEPARTURES, "all"] - recorded
    return {key: number for key, number in found.items() if number}
