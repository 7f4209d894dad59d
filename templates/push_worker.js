{# Shows notifications. Everything it says comes encrypted from the server, in fixed words; it keeps nothing. #}
oninstall = () => skipWaiting();

onpush = (event) => {
  const { title, body, path, tag } = event.data.json();
  event.waitUntil(registration.showNotification(title, { body, tag, renotify: true, icon: "{{ icon }}", data: path }));
};

{# Always a window of its own: one that is open may hold words that are not saved. #}
onnotificationclick = (event) => {
  event.notification.close();
  event.waitUntil(clients.openWindow(event.notification.data));
};
