"""What the benchmark compares with: a Celery task per reminder, with an ETA, that opens a connection and sends.

`remind` knows nothing of any row and keeps nothing: the least that can be written. `remind_of` does what a reminder has
to: it reads its row, sends to whom it is for unless the promise is kept, and marks it.
"""

import os
import smtplib

from celery import Celery

broker = os.environ.get("PLAIN_BROKER", "redis://127.0.0.1:1/0")
app = Celery("plain", broker=broker, set_as_current=False)  # Doorway's own tasks stay with Doorway's own
app.conf.task_ignore_result = True


@app.task
def remind(n):
    send(n, "p@clinic.example")


@app.task
def remind_of(reminder_id):
    from followups.models import Reminder

    reminder = Reminder.objects.select_related("follow_up", "recipient").get(pk=reminder_id)
    if reminder.follow_up.is_open:
        send(reminder_id, reminder.recipient.email)
        reminder.state = Reminder.State.FIRED
        reminder.save(update_fields=["state"])


def send(n, address):
    from tests.faults.benchmark import a_mail

    with smtplib.SMTP("127.0.0.1", int(os.environ["PLAIN_PORT"])) as server:
        server.send_message(a_mail(n, address))
