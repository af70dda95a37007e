import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consensus", "0009_items_live"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="stage",
            name="resolved_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="the person who resolves",
            ),
        ),
        migrations.AlterField(
            model_name="stage",
            name="resolver",
            field=models.CharField(
                choices=[
                    ("lead", "A lead or owner resolves"),
                    ("name", "One person resolves"),
                    ("pair", "The judges discuss, and all of them sign"),
                ],
                default="lead",
                max_length=4,
                verbose_name="who resolves",
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolved_by__isnull", False), ("resolver", "name")),
                    models.Q(models.Q(("resolver", "name"), _negated=True), ("resolved_by", None)),
                    _connector="OR",
                ),
                name="stage_resolver_named",
            ),
        ),
    ]
