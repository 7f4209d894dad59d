"""A policy as plain data. What is compared, handed out and read back is this and no more.

`{"title", "levels": {level: {"tasks": [task], "ladder": [step]}}, "situations": {situation: [overlay]}}`, each row with
the columns that `COLUMNS` names. The order of a list is the order of its rows.
"""

from followups import ladders
from followups.models import PolicyEscalation, PolicyOverlay, PolicyTask, Situation
from sessions_app.models import ResponseLevel

OF_A_TASK = ["title", "script", "after_minutes", "rolls", "owner", "channel", "source"]
COLUMNS = {
    PolicyTask: OF_A_TASK,
    PolicyOverlay: ["effect", "levels", "least_days", "least_channels", *OF_A_TASK],
    PolicyEscalation: ["step", "told", "after_minutes", "after_working_days", "repeat_minutes", "prompt", "source"],
}


def of(policy):
    """The whole policy; the product's own ladders where it has written none. Four queries at most."""
    tasks, overlays = list(policy.tasks.all()), list(policy.overlays.all())
    situations = {each.value: [row for row in overlays if row.situation == each] for each in Situation}
    return {
        "title": policy.title,
        "levels": {
            level.value: {
                "tasks": [columns_of(row) for row in tasks if row.response_level == level],
                "ladder": [columns_of(row) for row in ladders.ladder(policy, level)],
            }
            for level in ResponseLevel
        },
        "situations": {name: [columns_of(row) for row in rows] for name, rows in situations.items() if rows},
    }


def columns_of(row):
    return {name: getattr(row, name) for name in COLUMNS[type(row)]}


def write(policy, content):
    """Write the rows of an empty draft. Whoever calls has checked them."""
    PolicyTask.objects.bulk_create(
        PolicyTask(policy=policy, response_level=level, position=position, **row)
        for level, rows in content["levels"].items()
        for position, row in enumerate(rows["tasks"], start=1)
    )
    PolicyEscalation.objects.bulk_create(
        PolicyEscalation(policy=policy, response_level=level, **row)
        for level, rows in content["levels"].items()
        for row in rows["ladder"]
    )
    PolicyOverlay.objects.bulk_create(
        PolicyOverlay(policy=policy, situation=situation, position=position, **row)
        for situation, rows in content["situations"].items()
        for position, row in enumerate(rows, start=1)
    )
