"""What Celery is told. No result backend, no `eta`, no `expires`: time lives in rows (see `followups.reminders`)."""

from celery.schedules import crontab
from django.conf import settings
from kombu import Queue

broker_url = settings.REDIS_URL
broker_connection_retry_on_startup = True
broker_transport_options = {"socket_timeout": 5, "socket_connect_timeout": 5}
task_ignore_result = True
task_store_errors_even_if_ignored = False
task_acks_late = True
task_reject_on_worker_lost = True  # safe: tasks carry nothing, a repeat finds nothing to do
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
task_default_queue = "routine"
# A worker without -Q serves all; one with `-Q urgent` is kept free for what cannot wait.
task_queues = [Queue("urgent"), Queue("routine"), Queue("background")]
task_routes = {
    "followups.tasks.drain_urgent": {"queue": "urgent"},
    "followups.tasks.make_papers": {"queue": "background"},
    "followups.tasks.*_trends": {"queue": "background"},
    "followups.tasks.*_trail": {"queue": "background"},
    "followups.tasks.dispose": {"queue": "background"},
    "resources.tasks.*": {"queue": "background"},
}
timezone = "UTC"
beat_schedule = {
    "sweep": {"task": "followups.tasks.sweep", "schedule": settings.SWEEP_SECONDS},
    "drain_urgent": {"task": "followups.tasks.drain_urgent", "schedule": settings.SWEEP_SECONDS},
    "drain": {"task": "followups.tasks.drain", "schedule": settings.SWEEP_SECONDS},
    # Turns of two minutes, so that a worker which serves all queues is soon back; each page has one look a night.
    "check_links": {"task": "resources.tasks.check_links", "schedule": crontab(minute="*/10", hour="1-4")},
    "write_crisis_page": {"task": "resources.tasks.write_crisis_page", "schedule": crontab(minute="5", hour="5")},
    "forget_intakes": {"task": "sessions_app.tasks.forget_intakes", "schedule": crontab(minute="20")},
    "count_trends": {"task": "followups.tasks.count_trends", "schedule": 300},
    "release_trends": {"task": "followups.tasks.release_trends", "schedule": crontab(minute="30", hour="2")},
    "work_on_imports": {"task": "resources.tasks.work_on_imports", "schedule": 60},
    "make_papers": {"task": "followups.tasks.make_papers", "schedule": 60},
    "seal_trail": {"task": "followups.tasks.seal_trail", "schedule": 60},
    "verify_trail": {"task": "followups.tasks.verify_trail", "schedule": crontab(minute="40", hour="3")},
    "dispose": {"task": "followups.tasks.dispose", "schedule": 600},  # of lists that two people approved
}
