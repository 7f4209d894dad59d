from celery import shared_task

from sessions_app import intakes


@shared_task
def forget_intakes():
    intakes.forget()
