"""Which day it is where somebody lives, asked of the database."""

from django.db.models import DateField, DateTimeField, F, Func, TextField, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils import timezone


def today(*zones):
    """An expression: the present day in the first of these fields that names a time zone. The last one always does."""
    named = [NullIf(F(zone), Value(""), output_field=TextField()) for zone in zones]
    zone = Coalesce(*named) if len(named) > 1 else named[0]
    now = Value(timezone.now(), output_field=DateTimeField())
    return Cast(Func(zone, now, function="timezone", output_field=DateTimeField()), DateField())
