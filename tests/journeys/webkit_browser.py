"""A WebKit browser that can be driven and has a memory: `python webkit_browser.py FOLDER`.

WebKitGTK's own MiniBrowser keeps nothing on the disk while it is driven, so what a killed browser still knows could not
be asked of it. The libraries are called directly: their Python bindings belong to the system's Python, not to ours.
"""

import ctypes
import sys

GTK, WEBKIT = "libgtk-3.so.0", "libwebkit2gtk-4.1.so.0"
NAME = b"MiniBrowser"  # what the driver expects to meet
PHONE = (390, 844)


class Browser:
    """One window that whoever drives it opens; ends when its window or its driver does."""

    def __init__(self, folder):
        self.gtk, self.webkit = ctypes.CDLL(GTK), ctypes.CDLL(WEBKIT)
        self.handlers = []  # Python would forget a function that only C holds
        self.call(self.gtk.gtk_init_check, None, None)
        places = [
            b"base-data-directory",
            f"{folder}/data".encode(),
            b"base-cache-directory",
            f"{folder}/cache".encode(),
        ]
        manager = self.call(self.webkit.webkit_website_data_manager_new, *places, None)
        self.context = self.call(self.webkit.webkit_web_context_new_with_website_data_manager, manager)
        self.call(self.webkit.webkit_web_context_set_automation_allowed, self.context, 1)
        self.on(self.context, b"automation-started", self.begin)

    @staticmethod
    def call(function, *given, returns=ctypes.c_void_p):
        function.restype = returns
        answer = function(*given)
        return ctypes.c_void_p(answer) if returns is ctypes.c_void_p else answer

    def on(self, thing, signal, what):
        handler = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(what)
        self.handlers.append(handler)
        self.call(self.gtk.g_signal_connect_data, thing, signal, handler, None, None, 0)

    def begin(self, _context, session):
        facts = self.call(self.webkit.webkit_application_info_new)
        self.call(self.webkit.webkit_application_info_set_name, facts, NAME)
        self.call(self.webkit.webkit_automation_session_set_application_info, ctypes.c_void_p(session), facts)
        self.on(ctypes.c_void_p(session), b"create-web-view", self.open_window)

    def open_window(self, *_):
        kind = self.call(self.webkit.webkit_web_view_get_type, returns=ctypes.c_size_t)
        facts = [b"web-context", self.context, b"is-controlled-by-automation", 1]
        view = self.call(self.gtk.g_object_new, ctypes.c_size_t(kind), *facts, None)
        window = self.call(self.gtk.gtk_window_new, 0)
        self.call(self.gtk.gtk_window_set_default_size, window, *PHONE)
        self.call(self.gtk.gtk_container_add, window, view)
        self.call(self.gtk.gtk_widget_show_all, window)
        return view.value


if __name__ == "__main__":
    browser = Browser(sys.argv[1])
    browser.gtk.gtk_main()
