"""What the directory does in the background. The tasks carry nothing: losing or repeating one changes nothing."""

from celery import shared_task
from django.conf import settings

from resources import crisis_page, imports, links


@shared_task(name="resources.tasks.check_links")
def check_links():
    if settings.CHECK_LINKS:
        links.check(seconds=links.ONE_TURN)


@shared_task(name="resources.tasks.write_crisis_page")
def write_crisis_page():
    crisis_page.write_where_set()


@shared_task(name="resources.tasks.work_on_imports")
def work_on_imports():
    imports.work()
