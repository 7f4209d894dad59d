"""Doorway's settings as they are, without the budgets that slow a program down.

A tool that is told after sixty searches to come back in a minute would test nothing afterwards, and call it clean. That
the budgets hold is proved by tests/accounts/test_budgets.py.
"""

from config.settings import *  # noqa: F403
from config.settings import ACCOUNT_RATE_LIMITS

ACCOUNT_RATE_LIMITS = {name: rate for name, rate in ACCOUNT_RATE_LIMITS.items() if name not in ("search", "export")}
