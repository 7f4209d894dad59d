"""The domain's few signals: how this room tells the room above it. Each is sent inside the write's transaction
with `Signal.send`, so that a receiver which fails undoes the write as a whole.

departure_logged:    departure, by
response_level_set:  departure, by, previous (the level before; the departure carries the new one, blank if taken back)
departure_voided:    departure, by
client_chosen:       departure, by (the departure carries the client)
situation_changed:   departure, by (setting, ending or what was noted is another now, or may be)
whether_reached:     departure (a question: a receiver that knows says whether the client was reached since the level)
what_follows:        departure (a question: a receiver that knows gives plan and attempts, as `record.NOTHING_FOLLOWS`)
check_in_chosen:     departure, by, at (the author's answer to "when will you check in?", UTC)
help_asked:          call (a HelpCall: staff who are to come are for the receiver to tell, at once)
report_sent:         report, by (signed, sent back or opened again: its review is due anew, which the receiver plans)
who_is_covered:      user, author (a question: a receiver that knows says for whom `user` stands in today, or None)
exercise_begun:      departure, attempts, by (the story of an exercise began days ago: the receiver adds its attempts)
debrief_asked:       departure (a question: receivers answer {key: [words]} with what they know of the exercise)
emergency_opened:    access (an EmergencyAccess: who is to hear of it is for the receiver to tell, at once)
client_hands_over:    client, former, to, by (before the record goes: open follow-ups are for the receiver to pass on)
asked_for_no_contact: client, by (open follow-ups that would contact the client are for the receiver to close)
"""

from django.dispatch import Signal

departure_logged = Signal()
response_level_set = Signal()
departure_voided = Signal()
client_chosen = Signal()
situation_changed = Signal()
whether_reached = Signal()
what_follows = Signal()
check_in_chosen = Signal()
help_asked = Signal()
asked_for_no_contact = Signal()
client_hands_over = Signal()
report_sent = Signal()
who_is_covered = Signal()
emergency_opened = Signal()
exercise_begun = Signal()
debrief_asked = Signal()
