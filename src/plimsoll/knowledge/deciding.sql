-- Fills the statements, in the order in which they are stored. For one product, package, vulnerability and stream the
-- feed of the highest authority decides; evidence (errata) decides only where nobody else speaks about it. Where several
-- feeds hold copies of one record, only the newest counts (at equal age all do: they say the same); what an older copy
-- said of another vulnerability, which the newest does not name any more, has no say either.
INSERT INTO main.statement (
    product, package, decides, hi, n, lo, vulnerability, feed, state, severity, scheme, flags, lo_text, hi_text,
    advisory, detail, stream, aliases, since, until, modified
)
SELECT product, package, weight >= 0 AND weight = best AS decides, hi,
       row_number() OVER (
           ORDER BY product, package, weight >= 0 AND weight = best, hi, vulnerability, feed, advisory, lo, state, until,
                    lo_text, hi_text, flags, since, stream
       ) AS n,
       lo, vulnerability, feed, state, severity, scheme, flags, lo_text, hi_text, advisory, detail, stream, aliases,
       since, until, modified
FROM (
    SELECT *, max(weight) OVER (PARTITION BY product, package, vulnerability, stream) AS best
    FROM (
        SELECT g.*, CASE WHEN g.until <> 0 THEN -2
                         WHEN g.modified < g.newest THEN -1
                         ELSE (g.flags & 1 = 0) * 1000000 + f.authority END AS weight
        FROM (
            SELECT *, CASE WHEN modified = 0 THEN 0 ELSE
                max(CASE WHEN until = 0 THEN modified ELSE 0 END) OVER (
                    PARTITION BY product, package, CASE WHEN advisory = 0 THEN vulnerability ELSE advisory END
                ) END AS newest
            FROM temp.gathered
        ) AS g JOIN main.feed AS f ON f.id = g.feed
    )
)
ORDER BY n;

INSERT INTO main.advised (advisory, vulnerability)
SELECT DISTINCT advisory, vulnerability FROM main.statement WHERE advisory <> 0 AND until = 0
ORDER BY advisory, vulnerability;
