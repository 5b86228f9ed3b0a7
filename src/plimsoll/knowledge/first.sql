-- The first build has no history: what no record dates is new today.
INSERT INTO temp.gathered
SELECT feed, product, package, vulnerability, advisory, state, scheme, flags, lo_text, hi_text, stream, lo, hi,
       severity, detail, aliases, CASE WHEN since <> 0 THEN since ELSE :today END, 0, modified
FROM temp.incoming;
