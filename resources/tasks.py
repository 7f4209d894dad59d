"""What the directory does in the background. The tasks carry nothing: losing or repeating one changes nothing."""

from celery import shared_task

from resources import imports


@shared_task(name="resources.tasks.work_on_imports")
def work_on_imports():
    imports.work()
