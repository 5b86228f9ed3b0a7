-- Joins what the feeds say now with what the former store knew. :today is the day of the build.

-- What is said now is as old as its record, else as the former row, else it is new today.
INSERT INTO temp.gathered
SELECT i.feed, i.product, i.package, i.vulnerability, i.advisory, i.state, i.scheme, i.flags, i.lo_text, i.hi_text,
       i.stream, i.lo, i.hi, i.severity, i.detail, i.aliases,
       CASE WHEN i.since <> 0 THEN i.since ELSE ifnull(min(f.since), :today) END, 0, i.modified
FROM temp.incoming AS i
LEFT JOIN former.statement AS f INDEXED BY statement_by_vulnerability
    ON f.vulnerability = i.vulnerability AND f.product = i.product AND f.package = i.package AND f.feed = i.feed
    AND f.advisory = i.advisory AND f.state = i.state AND f.scheme = i.scheme AND f.flags = i.flags
    AND f.lo_text = i.lo_text AND f.hi_text IS i.hi_text AND f.stream = i.stream AND f.until = 0
GROUP BY i.rowid;

-- What was said before and is not said now is kept: closed where its feed spoke about it again.
INSERT INTO temp.gathered
SELECT f.feed, f.product, f.package, f.vulnerability, f.advisory, f.state, f.scheme, f.flags, f.lo_text, f.hi_text,
       f.stream, f.lo, f.hi, f.severity, f.detail, f.aliases, f.since,
       CASE
           WHEN f.until <> 0 THEN f.until
           WHEN EXISTS (
               SELECT 1 FROM temp.renewed AS r
               WHERE r.feed = f.feed AND r.product = f.product AND (r.whole OR EXISTS (
                   SELECT 1 FROM main.spoken AS s
                   WHERE s.product = f.product AND s.package = f.package AND s.feed = f.feed
               ))
           ) THEN :today
           ELSE 0
       END, f.modified
FROM former.statement AS f
WHERE f.until <> 0 OR NOT EXISTS (
    SELECT 1 FROM temp.incoming AS i
    WHERE i.vulnerability = f.vulnerability AND i.product = f.product AND i.package = f.package AND i.feed = f.feed
    AND i.advisory = f.advisory AND i.state = f.state AND i.scheme = f.scheme AND i.flags = f.flags
    AND i.lo_text = f.lo_text AND ifnull(i.hi_text, '') = ifnull(f.hi_text, '') AND i.stream = f.stream
);

INSERT INTO main.coverage
SELECT * FROM former.coverage AS f
WHERE NOT EXISTS (SELECT 1 FROM temp.renewed AS r WHERE r.feed = f.feed AND r.product = f.product);
INSERT INTO main.spoken
SELECT * FROM former.spoken AS f
WHERE NOT EXISTS (SELECT 1 FROM temp.renewed AS r WHERE r.feed = f.feed AND r.product = f.product);

-- Feeds that this build did not renew keep everything, and their dates.
INSERT INTO main.rating
SELECT * FROM former.rating WHERE feed NOT IN (SELECT id FROM main.feed);
INSERT OR IGNORE INTO main.exploited
SELECT * FROM former.exploited WHERE feed NOT IN (SELECT id FROM main.feed);
INSERT OR IGNORE INTO main.probability
SELECT * FROM former.probability WHERE feed NOT IN (SELECT id FROM main.feed);
INSERT INTO main.feed
SELECT * FROM former.feed WHERE id NOT IN (SELECT id FROM main.feed);
