"""What the benchmark compares with: a Celery task per reminder, with an ETA, that opens a connection and sends."""

import os
import smtplib

from celery import Celery

app = Celery("plain", broker=os.environ.get("PLAIN_BROKER", "redis://127.0.0.1:1/0"))
app.conf.task_ignore_result = True


@app.task
def remind(n):
    from tests.faults.benchmark import a_mail

    with smtplib.SMTP("127.0.0.1", int(os.environ["PLAIN_PORT"])) as server:
        server.send_message(a_mail(n))
