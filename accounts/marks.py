"""A column by which the database finds what it cannot read."""

from django.db import models

from accounts import cipher
from accounts.encrypted import Stored


class MarkField(models.CharField):
    """The keyed hash of another field's words (`cipher.mark`), by which a query finds them.

    `of` is that field; or the path to it in another row, with dots: then whoever changes the words writes the mark.
    """

    def __init__(self, *args, of, **kwargs):
        self.of = of
        kwargs.update(max_length=30, blank=True, editable=False, db_collation="C")
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        for each in ("max_length", "blank", "editable", "db_collation"):
            kwargs.pop(each, None)
        return name, "accounts.marks.MarkField", args, kwargs | {"of": self.of}

    @property
    def about(self):
        return self.of.rpartition(".")[2]

    def pre_save(self, row, add):
        kept = getattr(row, self.attname)
        if "." in self.of or (isinstance(row.__dict__.get(self.of), Stored) and kept and not add):
            return kept
        made = self.made_of(row)
        setattr(row, self.attname, made)
        return made

    def made_of(self, row):
        words = row
        for name in self.of.split("."):
            words = getattr(words, name) if words is not None else None
        return cipher.mark(words or "", about=self.about)
