"""Pairs of entries that may be one and the same. What a curator said of a pair is remembered: nobody is asked twice."""

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Count, Q

from resources import likeness
from resources.models import Alias, ContactPoint, Resource

AT_ONCE = 25  # entries that are compared with all others on one page
MOST_PER_ENTRY = 10
NAMES_LIKE = 0.55  # of pg_trgm; what is less alike is not looked at for its name alone
MOST_LIKE = 5  # shown to somebody who is about to add an entry
TAKEN_OUT = [Resource.Status.RETIRED.value, Resource.Status.DO_NOT_LIST.value]

#: The domain of a web address, as `likeness.domain` reads it.
DOMAIN = r"lower(substring({0}.url from '^https?://(?:www\.)?([^/:?#]+)'))"
CANDIDATES = f"""
WITH asked AS MATERIALIZED (SELECT * FROM resources_resource WHERE id = ANY(%(ids)s)),
alike AS (
  SELECT asked.id AS one, near.id AS other FROM asked JOIN resources_resource AS near ON near.name %% asked.name
  UNION
  SELECT mine.resource_id, its.resource_id FROM resources_contactpoint AS mine
  JOIN resources_contactpoint AS its ON its.dial = mine.dial AND its.dial_region = mine.dial_region
  WHERE mine.resource_id = ANY(%(ids)s) AND mine.dial <> '' AND mine.removed_at IS NULL AND its.removed_at IS NULL
  UNION
  SELECT asked.id, near.id FROM asked
  JOIN resources_resource AS near ON {DOMAIN.format("near")} = {DOMAIN.format("asked")}
),
ranked AS (
  SELECT one.id AS one, other.id AS other,
    row_number() OVER (PARTITION BY one.id ORDER BY similarity(one.name, other.name) DESC, other.id) AS place
  FROM alike
  JOIN resources_resource AS one ON one.id = alike.one
  JOIN resources_resource AS other ON other.id = alike.other
  WHERE one.id <> other.id AND one.country = other.country
      AND one.status <> ALL(%(out)s) AND other.status <> ALL(%(out)s)
    AND NOT EXISTS (
      SELECT FROM resources_pairdecision AS decided
      WHERE decided.first_id = least(one.id, other.id) AND decided.second_id = greatest(one.id, other.id)
    )
)
SELECT DISTINCT least(one, other), greatest(one, other) FROM ranked WHERE place <= %(most)s
"""  # noqa: S608 # nosec B608 - nothing in it was typed by anybody


@dataclass(frozen=True)
class Pair:
    """Two entries nobody has decided on, the one with the smaller key first, and how much alike they are."""

    first: Resource
    second: Resource
    score: float

    @property
    def is_duplicate(self):
        return self.score >= likeness.DUPLICATE


def among(entries):
    """The undecided pairs of each of `entries` (at most AT_ONCE are looked at) with any entry, the most alike first.

    Five statements, whatever the number of entries in the directory: candidates have digits, a web domain or most
    of a name in common.
    """
    ids = [entry.pk for entry in entries[:AT_ONCE]]
    keys = candidates(ids)
    found = in_full({key for pair in keys for key in pair})
    holders = how_many_have(found.values())
    pairs = (
        Pair(found[first], found[second], likeness.score(found[first], found[second], holders=holders))
        for first, second in keys
    )
    return sorted((pair for pair in pairs if pair.score >= likeness.MAYBE), key=lambda pair: -pair.score)


def candidates(ids):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(NAMES_LIKE)])
        cursor.execute(CANDIDATES, {"ids": ids, "out": TAKEN_OUT, "most": MOST_PER_ENTRY})
        return cursor.fetchall()


def in_full(keys):
    """The entries by their key, with all that is compared."""
    parts = ["contact_points", "aliases", "coverage", "locations"]
    return Resource.objects.filter(pk__in=keys).select_related("organisation").prefetch_related(*parts).in_bulk()


def how_many_have(entries):
    """How many entries have each of the numbers that these have."""
    digits = {way[1] for entry in entries for way in likeness.ways(entry) if way[1]}
    counted = ContactPoint.objects.current().filter(dial__in=digits).order_by().values_list("dial_region", "dial")
    return {(region, dial): number for region, dial, number in counted.annotate(Count("resource", distinct=True))}


def like(*, name, country, numbers=()):
    """Entries that somebody who is about to add one may mean: the same number, or nearly the same name. Two statements.

    `numbers` holds pairs (country it is dialled in, digits). What was taken out is not among them.
    """
    reached = Q(pk__in=[])
    for region, dial in numbers:
        reached |= Q(dial=dial, dial_region=region)
    keys = [
        Resource.objects.filter(name__trigram_similar=name).order_by().values("pk"),
        Alias.objects.filter(words__iexact=name).order_by().values("resource"),
        ContactPoint.objects.current().filter(reached).order_by().values("resource"),
    ]
    same = Q(pk__in=keys[0]) | Q(pk__in=keys[1]) | Q(pk__in=keys[2])
    open_ones = Resource.objects.exclude(status__in=TAKEN_OUT).filter(country=country)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', '0.6', true)")
        found = list(open_ones.filter(same).select_related("organisation")[: MOST_LIKE * 4])
    return sorted(found, key=lambda entry: -likeness.alike(entry.name, name))[:MOST_LIKE]
