"""The console as a Django application: templates and template filters, no tables of its own."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "pipelines.console"
    label = "console"
    verbose_name = "控制台"
