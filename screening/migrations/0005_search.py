from django.db import migrations

# Words as they stand ("simple"): a stemmer would make the beginning of a word miss what it is the beginning of.
# Long texts are cut: a search vector holds a megabyte at most, and an import must never fail for it.
WORDS = migrations.RunSQL(
    """
    CREATE FUNCTION screening_words(title text, abstract text, authors text[], journal text)
    RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT setweight(to_tsvector('simple', left(title, 4000)), 'A')
            || setweight(to_tsvector('simple', left(abstract, 60000)), 'B')
            || setweight(to_tsvector('simple', left(array_to_string(authors, ' ; '), 20000)), 'C')
            || setweight(to_tsvector('simple', left(journal, 1000)), 'D')
    $$;
    ALTER TABLE studies_report ADD COLUMN words tsvector
        GENERATED ALWAYS AS (screening_words(title, abstract, authors, journal)) STORED;
    CREATE INDEX report_words ON studies_report USING gin (words);
    """,
    """
    DROP INDEX report_words;
    ALTER TABLE studies_report DROP COLUMN words;
    DROP FUNCTION screening_words;
    """,
)
# One person's decisions at a stage, by what they said: the list's filter starts here.
MINE = migrations.RunSQL(
    """
    CREATE INDEX judgement_mine ON consensus_judgement (reviewer_id, item_id)
        WHERE submitted_at IS NOT NULL AND superseded_at IS NULL AND role <> 'consensus';
    """,
    "DROP INDEX judgement_mine;",
)


class Migration(migrations.Migration):
    dependencies = [
        ("screening", "0004_settings_rules"),
        ("studies", "0002_rules"),
        ("consensus", "0004_longer_tallies"),
    ]

    operations = [WORDS, MINE]
