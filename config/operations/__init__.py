"""Running Doorway: what machines that watch it are told, what admins read, and `manage.py doctor`."""
