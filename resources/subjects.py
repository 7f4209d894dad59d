"""Whom an entry is for and what it is about: the words behind its categories."""

from django.utils.translation import gettext_lazy as _

#: Categories that name a group. A line for one group is never the first choice for everybody.
GROUPS = {
    "indigenous": _("Indigenous people"),
    "lgbtq": _("LGBTQ+ people"),
    "maternal": _("Pregnancy and new parents"),
    "men": _("Men"),
    "veterans": _("Veterans"),
    "youth": _("Children and young people"),
}

NEEDS = {
    "child-protection": _("Worry about a child"),
    "crisis": _("Crisis"),
    "disaster": _("After a disaster"),
    "domestic-violence": _("Violence at home"),
    "emotional-support": _("Somebody to talk to"),
    "information-referral": _("Finding local help"),
    "medical-advice": _("Medical advice"),
    "mental-health": _("Mental health"),
    "missing-children": _("Missing children"),
    "peer-support": _("Talking with peers"),
    "safety-planning": _("Planning for safety"),
    "sexual-violence": _("Sexual violence"),
    "substance-use": _("Alcohol and drugs"),
    "suicide-prevention": _("Thoughts of suicide"),
    "text-support": _("Support by text"),
    "trafficking": _("Trafficking"),
}

#: Needs so special that a line for them alone is not the first choice for everybody either.
SPECIAL = [
    *GROUPS,
    "child-protection",
    "disaster",
    "domestic-violence",
    "missing-children",
    "sexual-violence",
    "trafficking",
]

#: A card about one of these can put somebody in danger when another person finds it at home.
UNSAFE_IF_FOUND = {"child-protection", "domestic-violence", "sexual-violence", "trafficking"}


def is_unsafe_if_found(categories):
    """Whether to ask “Is it safe to take this home?” before an entry of these categories goes on paper."""
    return not UNSAFE_IF_FOUND.isdisjoint(categories)


def choices(categories):
    """The categories in use as grouped choices, in words; one nobody has worded yet is shown as it is written."""
    used = set(categories)
    others = used - GROUPS.keys() - NEEDS.keys()
    groups = [(code, label) for code, label in GROUPS.items() if code in used]
    needs = [(code, label) for code, label in NEEDS.items() if code in used]
    needs += [(code, code.replace("-", " ").capitalize()) for code in sorted(others)]
    return [(_("For"), groups), (_("About"), needs)]
