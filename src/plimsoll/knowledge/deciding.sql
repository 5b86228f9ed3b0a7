-- Fills the statements, in the order in which they are stored. For one product, package and vulnerability the feed
-- of the highest authority decides; evidence (errata) decides only where nobody else speaks about it.
INSERT INTO main.statement (
    product, package, decides, hi, n, lo, vulnerability, feed, state, severity, scheme, flags, lo_text, hi_text,
    advisory, detail, stream, aliases, since, until
)
SELECT product, package, until = 0 AND weight = best AS decides, hi,
       row_number() OVER (
           ORDER BY product, package, until = 0 AND weight = best, hi, vulnerability, feed, advisory, lo, state, until,
                    lo_text, hi_text, flags, since
       ) AS n,
       lo, vulnerability, feed, state, severity, scheme, flags, lo_text, hi_text, advisory, detail, stream, aliases,
       since, until
FROM (
    SELECT *, max(weight) OVER (PARTITION BY product, package, vulnerability) AS best
    FROM (
        SELECT g.*, CASE WHEN g.until <> 0 THEN -1
                         ELSE (g.flags & 1 = 0) * 1000000 + f.authority END AS weight
        FROM temp.gathered AS g JOIN main.feed AS f ON f.id = g.feed
    )
)
ORDER BY n;
