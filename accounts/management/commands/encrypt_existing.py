"""Once, after the upgrade that brought encryption: what stands in clear is encrypted."""

from accounts import conversion
from accounts.management.commands import reencrypt


class Command(reencrypt.Command):
    help = "Encrypt what an older Doorway wrote in clear, beside a running application. Then none is read any more."

    def finish(self):
        conversion.end()
        self.stdout.write("Nothing stands in clear any more, and nothing in clear is read any more.")
