"""Pages that take a file say how large it may be; every other page takes a form of a megabyte and no file."""


def takes_files(*, most_bytes):
    """Let the page be sent up to `most_bytes`. What is larger is answered 413 before it is read (`config.edge`).

    It is more than the page's form accepts: so a file that is a little too large is refused beside its field, with
    everything else that was typed.
    """

    def mark(view):
        view.most_bytes = most_bytes
        return view

    return mark
