import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("studies", "0007_search_versions")]

    operations = [
        migrations.AddField(
            "record", "journal_abbreviation", models.TextField(blank=True, default=""), preserve_default=False
        ),
        migrations.AddField(
            "record",
            "issn",
            django.contrib.postgres.fields.ArrayField(
                models.TextField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            "record",
            "urls",
            django.contrib.postgres.fields.ArrayField(
                models.TextField(), blank=True, default=list, size=None
            ),
        ),
    ]
