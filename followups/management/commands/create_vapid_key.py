"""A key of one's own, with which notifications on devices are signed."""

from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management.base import BaseCommand
from py_vapid import b64urlencode


class Command(BaseCommand):
    help = "Make a key that signs notifications on people's devices, and print the line for .env. Nothing is kept."
    requires_system_checks = []

    def handle(self, *args, **options):
        key = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        self.stdout.write(f"VAPID_PRIVATE_KEY={b64urlencode(key.to_bytes(32))}")
