"""The ledger as a Django application."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "alerts.ledger"
    label = "ledger"
    verbose_name = "值守台账"
    default_auto_field = "django.db.models.BigAutoField"
