"""Bringing a readable file in, for every kind of words that have versions: read first, then made a draft."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import posted
from protocols.forms import FileForm, ReadForm
from protocols.readable import Unreadable, parse


class AnyFileForm(FileForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = gettext_lazy("A file that was taken from such a page. At most 300 kB.")


@dataclass(frozen=True)
class FilePage:
    """`read` makes content of parsed JSON or raises Unreadable; `write` makes the file's text of content.

    `differences` compares content with what holds; `keep` makes content a draft, and answers with a page. `facts` of
    content are shown beside it.
    """

    template: str
    read: Callable
    write: Callable
    differences: Callable
    keep: Callable
    form: type[FileForm] = AnyFileForm
    facts: Callable = lambda _content: {}

    def answer(self, request):
        """A file says what it would change; sent once more it becomes a draft. Nothing is kept of a refused one."""
        sent = ReadForm(posted(request))
        is_sent_again = request.method == "POST" and sent.is_valid()
        form = self.form(posted(request), request.FILES or None)
        if is_sent_again:
            return self.looked_through(request, self.form({}), sent.cleaned_data["words"].encode(), then=self.keep)
        if request.method == "POST" and form.is_valid():
            return self.looked_through(request, form, form.cleaned_data["file"], then=self.show)
        return self.page(request, form)

    def looked_through(self, request, form, raw, *, then):
        try:
            found = self.read(parse(raw))
        except Unreadable as unreadable:
            form.add_error("file", _("It cannot be brought in. Nothing was changed."))
            return self.page(request, form, problems=unreadable.problems)
        return then(request, found)

    def show(self, request, found):
        words = ReadForm(initial={"words": self.write(found)})
        return self.page(request, self.form(), words=words, differences=self.differences(found), **self.facts(found))

    def page(self, request, form, **context):
        status = 422 if form.errors else 200
        return render(request, self.template, {"form": form, **context}, status=status)


def download(text, *, name):
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response
