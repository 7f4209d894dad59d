"""What a search looks at. Triggers keep it in step with the entries, whoever writes them; nothing else writes here."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F


class SearchEntry(models.Model):
    """One entry as the search sees it: its words by weight, its digits, its hours and the ways to reach it."""

    resource = models.OneToOneField(
        "resources.Resource", primary_key=True, on_delete=models.CASCADE, related_name="search_entry"
    )
    words = SearchVectorField()
    other_names = models.TextField(blank=True)
    digits = models.TextField()
    hours_keys = ArrayField(models.CharField(max_length=32), default=list)
    ways = ArrayField(models.CharField(max_length=10), default=list)

    class Meta:
        verbose_name_plural = "search entries"
        indexes = [
            GinIndex(fields=["words"], name="search_entry_words"),
            GinIndex(OpClass(F("digits"), name="gin_trgm_ops"), name="search_entry_digits"),
        ]


class SearchWord(models.Model):
    """A word that occurs in some entry: what was typed is corrected to the nearest of these."""

    word = models.CharField(max_length=60, primary_key=True)

    class Meta:
        indexes = [GinIndex(OpClass(F("word"), name="gin_trgm_ops"), name="search_word_nearest")]


class KnownHours(models.Model):
    """Opening hours that some entry or contact has, once each: whether they are open now is asked once for all."""

    key = models.CharField(max_length=32, primary_key=True)
    hours = models.JSONField()
