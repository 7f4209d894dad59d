"""Two triggers that keep a closed team empty, whoever writes, also in the same moment.

Whoever comes into a team holds its row against being closed (FOR SHARE); closing holds it against everybody who comes,
and looks at who is in it only then.
"""

import pgtrigger

CLOSED_MEANS_EMPTY = """
    IF NEW.closed_at IS NOT NULL AND EXISTS (SELECT FROM accounts_user WHERE team_id = NEW.id AND is_active) THEN
        RAISE EXCEPTION 'Somebody works in this team: it cannot be closed.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""
WORKS_IN_AN_OPEN_TEAM = """
    IF TG_OP = 'UPDATE' AND (NOT NEW.is_active OR (NEW.team_id, NEW.is_active) = (OLD.team_id, OLD.is_active)) THEN
        RETURN NEW;
    END IF;
    PERFORM FROM accounts_team WHERE id = NEW.team_id AND closed_at IS NULL FOR SHARE;
    IF NEW.is_active AND NOT FOUND THEN
        RAISE EXCEPTION 'Nobody works in a team that is closed.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


def closed_means_empty(name):
    """Refuses to close a team while somebody active is in it."""
    operation = pgtrigger.Insert | pgtrigger.Update
    return pgtrigger.Trigger(name=name, when=pgtrigger.Before, operation=operation, func=CLOSED_MEANS_EMPTY)


def works_in_an_open_team(name):
    """Refuses that somebody active comes into a closed team, and that somebody in one becomes active."""
    operation = pgtrigger.Insert | pgtrigger.Update
    return pgtrigger.Trigger(name=name, when=pgtrigger.Before, operation=operation, func=WORKS_IN_AN_OPEN_TEAM)
