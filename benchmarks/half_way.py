"""A review with many records and two reviewers half way, loaded in bulk for `bin/bench queue`.

While it loads, in a database that is its own, triggers and the checks of foreign keys are off: what is loaded is checked
afterwards by check_consensus.
"""

from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from consensus.models import Stage
from consensus.services import start_review
from reviews.models import ExclusionReason, Review
from reviews.services import add_member

# Words of a topic, drawn by the record's number, so that some are common, some rare; each abstract joins eight of ten
# thousand pieces in another way.
REPORTS = """
    INSERT INTO studies_report (review_id, status, title, abstract, authors, year, journal, volume, issue, pages, doi, pmid,
                                kind, language, retrieval, retrieval_note, created_at)
    SELECT %(review)s, 'current',
        initcap(pg_temp.w(n)) || ' and ' || pg_temp.w(n * 7 + 3) || ' in ' || pg_temp.w(n * 13 + 5) || ', report ' || n,
        (SELECT string_agg(words, ' ') FROM generate_series(1, 8) k JOIN chunk ON c = (n * 31 + k * k * 7 + n / (k + 1)) %% 10000)
            || CASE WHEN n %% 100 = 0 THEN ' A randomised controlled trial of deep sleep.' ELSE '' END
            || CASE WHEN n %% 25000 = 0 THEN ' Somnambulism was rare.' ELSE '' END,
        ARRAY['Author' || n %% 5000 || ', A.', 'Second' || n %% 700 || ', B.'], 1980 + n %% 45,
        'Journal ' || n %% 300, (n %% 80)::text, '', n::text, '', '', '', '', 'not_sought', '', now()
    FROM generate_series(1, %(records)s) n
"""
WORD = """
    CREATE OR REPLACE FUNCTION pg_temp.w(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE WHEN n %% 11 = 0 THEN 'sleep' WHEN n %% 7 = 0 THEN 'memory'
                    WHEN n %% 3 = 0 THEN (ARRAY['trial','adults','effect','group','treatment','patients','results','study'])[1 + (n / 3) %% 8]
                    ELSE 'word' || abs(hashtext(n::text)) %% 20000 END $$;
    CREATE TEMP TABLE chunk AS SELECT c, (SELECT string_agg(pg_temp.w(c * 7919 + k * k * 17 + k), ' ') FROM generate_series(1, 20) k)
        AS words FROM generate_series(0, 9999) c;
    CREATE UNIQUE INDEX ON chunk (c);
    ANALYZE chunk;
"""
ITEMS = """
    INSERT INTO consensus_workitem (review_id, stage_id, report_id, status, closed_as, judges_needed, rule, reasons, unsure,
                                    judged, version_id, round, reopened_because, rank, created_at)
    SELECT %(review)s, %(stage)s, r.id, 'open', '', 2, s.rule, s.reasons, s.unsure, 0, %(version)s, 1, '', r.id, now()
    FROM studies_report r, consensus_stage s WHERE r.review_id = %(review)s AND s.id = %(stage)s ORDER BY r.id;
"""
# The first half was judged by Ana, a shifted half by Ben: agreed, in conflict and partly judged items all occur.
LOAD = """
    CREATE TEMP TABLE load AS
    SELECT i.id AS item, i.review_id AS review, i.version_id AS version, u.reviewer,
           CASE WHEN u.reviewer = %(ben)s AND i.id %% 20 = 0 THEN 'include' ELSE 'exclude' END AS verdict,
           nextval('consensus_judgement_id_seq') AS judgement
    FROM consensus_workitem i, (VALUES (%(ana)s::bigint, 0, %(half)s), (%(ben)s::bigint, %(skip)s, %(half)s + %(skip)s))
         AS u (reviewer, first, last)
    WHERE i.stage_id = %(stage)s AND i.rank > %(lowest)s + u.first AND i.rank <= %(lowest)s + u.last;
    INSERT INTO consensus_judgement (id, review_id, item_id, reviewer_id, role, round, version_id, comment, created_at)
        SELECT judgement, review, item, reviewer, 'independent', 1, version, '', now() FROM load;
    INSERT INTO screening_verdict (review_id, judgement_id, verdict, reason_id)
        SELECT review, judgement, verdict, CASE WHEN verdict = 'exclude' THEN %(reason)s::bigint END FROM load;
    UPDATE consensus_judgement j SET submitted_at = now() - interval '60 days' + (j.id %% 5000000) * interval '1 second'
        FROM load WHERE j.id = load.judgement;
    UPDATE consensus_workitem i SET judged = s.n,
        status = CASE WHEN s.n < 2 THEN 'partial' WHEN s.same THEN 'agreed' ELSE 'conflict' END,
        final_id = CASE WHEN s.n = 2 AND s.same THEN s.first END,
        decided_at = CASE WHEN s.n = 2 AND s.same THEN now() END
        FROM (SELECT item, count(*) AS n, min(verdict) = max(verdict) AS same,
                     (array_agg(load.judgement ORDER BY j.submitted_at, j.id))[1] AS first
              FROM load JOIN consensus_judgement j ON j.id = load.judgement GROUP BY item) s
        WHERE i.id = s.item;
"""
COUNTS = """
    DELETE FROM consensus_stagedelta WHERE stage_id = %(stage)s;
    INSERT INTO consensus_stagedelta (review_id, stage_id, what, step)
        SELECT review_id, stage_id, status, count(*) FROM consensus_workitem WHERE stage_id = %(stage)s GROUP BY 1, 2, 3;
    INSERT INTO consensus_stagedelta (review_id, stage_id, what, step)
        SELECT review_id, stage_id, 'final:exclude:' || %(reason)s, count(*) FROM consensus_workitem
        WHERE stage_id = %(stage)s AND final_id IS NOT NULL GROUP BY 1, 2;
    INSERT INTO consensus_stagedelta (review_id, stage_id, reviewer_id, what, step)
        SELECT review, %(stage)s, reviewer, 'judged', count(*) FROM load GROUP BY review, reviewer;
"""


def load(records: int) -> tuple[Review, Stage, dict[str, User]]:
    people = {
        name: User.objects.create_user(f"{name}@example.org", name=name) for name in ("lead", "ana", "ben")
    }
    review = start_review(by=people["lead"], title="Half way", reasons=["Wrong topic"])
    for name in ("ana", "ben"):
        add_member(by=people["lead"], review=review, email=people[name].email, role="reviewer")
    with fast():
        with connection.cursor() as cursor:
            cursor.execute(WORD.replace("%%", "%"))
            cursor.execute(REPORTS, {"review": review.pk, "records": records})
            cursor.execute("SELECT min(id) FROM studies_report WHERE review_id = %s", [review.pk])
            lowest = cursor.fetchone()[0]
        stage = Stage.objects.get(review=review, kind="title_abstract")
        values = {
            "ana": people["ana"].pk,
            "ben": people["ben"].pk,
            "stage": stage.pk,
            "review": review.pk,
            "version": stage.versions.get().pk,
            "half": records // 2,
            "skip": records // 100,
            "lowest": lowest - 1,
            "reason": ExclusionReason.objects.get(review=review).pk,
        }
        with connection.cursor() as cursor:
            cursor.execute(ITEMS + LOAD + COUNTS, values)
    with connection.cursor() as cursor:
        # As the server does by itself some minutes after so much was written.
        cursor.execute("VACUUM (ANALYZE)")
    return review, stage, people


LOADED = ("studies_report", "consensus_workitem", "consensus_judgement", "screening_verdict")
TIES = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
"""


@contextmanager
def fast() -> Any:
    """Without triggers; foreign keys and the index of words are taken away and made again for all rows at once."""
    with connection.cursor() as cursor:
        cursor.execute(TIES, [list(LOADED)])
        ties = cursor.fetchall()
        for table, name, _definition in ties:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for table in LOADED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'report_words'")
        [(words,)] = cursor.fetchall()
        cursor.execute("DROP INDEX report_words")
        with transaction.atomic():
            yield
        cursor.execute(words)
        for table in LOADED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for table, name, definition in ties:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
