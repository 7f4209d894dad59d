"""After a change of keys: everything under the newest one."""

from django.core.management.base import BaseCommand, CommandError

from accounts import cipher, reencryption, row_security


class Command(BaseCommand):
    help = "Encrypt all under the newest data key, beside a running application. It may be stopped and begun again."

    @row_security.for_the_owner
    def handle(self, *args, **options):
        self.stdout.write(f"The newest data key is {cipher.newest()}.")
        account = reencryption.renew_all(tell=self.progress)
        self.stdout.write(f"Rows that were written: {account.done}.")
        if account.doubles:
            self.stdout.write(f"References of one team that differ only by case or spaces: {account.doubles}.")
        for what, number in sorted(account.unreadable.items()):
            self.stderr.write(f"Cannot be read ({what}): {number}.")
        left = reencryption.left()
        for table, number in left.items():
            self.stderr.write(f"Left in {table}: {number}.")
        if left or account.unreadable:
            raise CommandError("Not done. Bring back keys that are missing, and run it again. Keep every older key.")
        self.finish()

    def finish(self):
        self.stdout.write("Nothing is left. Older keys are needed for backups only.")

    def progress(self, model, done):
        self.stdout.write(f"{model._meta.db_table}: {done} rows so far.")
