from django.urls import path

from followups.views import channels

urlpatterns = [
    path("", channels.notifications, name="notifications"),
    path("devices/", channels.add_device, name="add-device"),
    path("devices/<int:device_id>/off/", channels.remove_device, name="remove-device"),
    path("calendar/", channels.renew_calendar, name="renew-calendar"),
    path("calendar/stop/", channels.close_calendar, name="close-calendar"),
]
