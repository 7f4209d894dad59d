"""What goes to the local system for safety events: facts alone. Sending it is a person's act.

No account, no words of a review, no private note: free text may name people, and belongs where it was written.
"""

from sessions_app import reviews


def of(report):
    """Facts, steps and harm of a signed report as plain rows, and its numbers in the local system. Four queries."""
    content = report.content
    said = list(reviews.of(report))
    judged = next((review for review in reversed(said) if review.harms.all()), None)
    return {
        "report": report,
        "facts": content.get("facts", []),
        "main_reason": content.get("answers", {}).get("main_reason", ""),
        "steps": [(each["position"], each["title"], each["outcome"]) for each in content.get("steps", [])],
        "harms": list(judged.harms.all()) if judged else [],
        "is_safety_event": any(review.is_safety_event for review in said),
        "references": list(report.safety_event_references.select_related("by")),
    }
