"""Why the client wanted to leave, and how that is known. What was concluded never reads as if it had been said."""

from django.utils.translation import gettext as _

from sessions_app.models.reports import MainReason, Source

WORDS = dict(MainReason.choices)


def noted_in(noted):
    """The reasons noted at step 6 as {reason: source}, from {name: value}.

    The source is empty where nobody said how it is known. What was noted before each reason had a source of its own
    named one for all of them.
    """
    reasons, sources = noted.get("reasons", []), noted.get("reasons-source", {})
    return {each: sources if isinstance(sources, str) else sources.get(each, "") for each in reasons}


def in_words(noted):
    return ", ".join(sourced(each, source) for each, source in noted_in(noted).items())


def sourced(reason, source):
    """A reason and how it is known: “Strong feelings (inferred)”. Where nobody said how, it says that."""
    if reason in ("", MainReason.NOT_KNOWN):
        return str(WORDS.get(reason, ""))
    tag = str(Source(source).label).lower() if source in Source.values else _("source not recorded")
    return f"{WORDS.get(reason, reason)} ({tag})"
