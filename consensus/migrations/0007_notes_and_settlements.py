import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from reviews.sql import audited, same_review

TIES = [
    ("consensus_mention", "note_id", "consensus_note"),
    ("consensus_settlement", "stage_id", "consensus_stage"),
    ("consensus_settled", "settlement_id", "consensus_settlement"),
    ("consensus_settled", "item_id", "consensus_workitem"),
    ("consensus_settled", "judgement_id", "consensus_judgement"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("consensus", "0006_stops"),
        ("reviews", "0002_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("told_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Settled",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("choice", models.CharField(max_length=60)),
                ("comment", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="note",
            name="edited_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="note",
            name="status",
            field=models.CharField(
                choices=[("stands", "Stands"), ("withdrawn", "Withdrawn")], default="stands", max_length=9
            ),
        ),
        migrations.AlterField(
            model_name="note",
            name="text",
            field=models.TextField(blank=True),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status", "stands"), models.Q(("status", "withdrawn"), ("text", "")), _connector="OR"
                ),
                name="note_withdrawn_says_nothing",
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to="consensus.note"
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.review"
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="settled",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consensus.workitem"
            ),
        ),
        migrations.AddField(
            model_name="settled",
            name="judgement",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consensus.judgement"
            ),
        ),
        migrations.AddField(
            model_name="settled",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.review"
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.review"
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="stage",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="settlements", to="consensus.stage"
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="settled",
            name="settlement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="settled", to="consensus.settlement"
            ),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(condition=models.Q(("told_at", None)), fields=["id"], name="mention_untold"),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(fields=("review", "id"), name="mention_of_review"),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(fields=("note", "user"), name="mention_once"),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.UniqueConstraint(fields=("review", "id"), name="settlement_of_review"),
        ),
        migrations.AddConstraint(
            model_name="settled",
            constraint=models.UniqueConstraint(fields=("review", "id"), name="settled_of_review"),
        ),
        *[same_review(*tie) for tie in TIES],
        *[audited(table) for table in ("consensus_note", "consensus_settlement")],
    ]
