"""Files that officers add to incidents."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_user_pin")]
    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="名称")),
                ("size", models.PositiveIntegerField(verbose_name="字节")),
                ("digest", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("added_at", models.DateTimeField(verbose_name="加入时间")),
                ("added_by", models.CharField(max_length=150, verbose_name="加入人")),
                ("sealed", models.BinaryField()),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=models.deletion.PROTECT,
                        related_name="attachments",
                        to="ledger.incident",
                    ),
                ),
            ],
            options={
                "verbose_name": "附件",
                "verbose_name_plural": "附件",
                "ordering": ["id"],
            },
        ),
    ]
