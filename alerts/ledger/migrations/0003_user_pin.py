"""Officers' PINs for acknowledging by link."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="pin",
            field=models.CharField(blank=True, max_length=128, verbose_name="PIN"),
        ),
    ]
