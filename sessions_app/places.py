"""The places of a signed report on which a supervisor can comment, and the words that stand there."""

from django.utils.translation import gettext_lazy as _

WHOLE, FACTS, ACCOUNT, GIVEN, PLAN = "whole", "facts", "account", "given", "plan"
STEP = "step-"

NAMES = {
    WHOLE: _("The whole report"),
    FACTS: _("Facts"),
    ACCOUNT: _("What happened"),
    GIVEN: _("What was given"),
    PLAN: _("Follow-up plan"),
}


def of(content):
    """The places of this report in the order of the page, as {place: name}; each step is one of its own."""
    steps = {f"{STEP}{each['position']}": f"{each['position']} {each['title']}" for each in content.get("steps", [])}
    return {
        **{place: NAMES[place] for place in (FACTS, ACCOUNT)},
        **steps,
        **{place: NAMES[place] for place in (GIVEN, PLAN, WHOLE)},
    }


def words_at(content, place):
    """What was signed at that place, as lines; nothing for the plan, which goes on, and for the whole."""
    if place.startswith(STEP):
        rows = [each for each in content.get("steps", []) if f"{STEP}{each['position']}" == place]
        return [": ".join(filter(None, [each["outcome"], each.get("reason", "")])) for each in rows]
    if place == FACTS:
        return [f"{each[0]}: {each[1]}" for each in content.get("facts", [])]
    if place == ACCOUNT:
        return [content.get("answers", {}).get("account") or str(_("Not provided"))]
    if place == GIVEN:
        return [each.get("name", "") for each in content.get("given", [])]
    return []
