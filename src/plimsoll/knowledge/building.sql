-- What a build gathers before the store's own tables are filled, all of it in temporary tables.
-- An index of `incoming` is its identity: the same word said twice is one row.

CREATE TEMP TABLE incoming (
    feed INTEGER, product INTEGER, package INTEGER, vulnerability INTEGER, advisory INTEGER, state INTEGER,
    scheme INTEGER, flags INTEGER, lo_text TEXT, hi_text TEXT, stream INTEGER, lo BLOB, hi BLOB, severity INTEGER,
    detail INTEGER, aliases TEXT, since INTEGER, modified INTEGER
);
CREATE UNIQUE INDEX temp.incoming_identity ON incoming (
    vulnerability, product, package, feed, advisory, state, scheme, flags, lo_text, ifnull(hi_text, ''), stream
);
CREATE TEMP TABLE gathered (
    feed INTEGER, product INTEGER, package INTEGER, vulnerability INTEGER, advisory INTEGER, state INTEGER,
    scheme INTEGER, flags INTEGER, lo_text TEXT, hi_text TEXT, stream INTEGER, lo BLOB, hi BLOB, severity INTEGER,
    detail INTEGER, aliases TEXT, since INTEGER, until INTEGER, modified INTEGER
);
-- Products that the feeds of this build speak about, wholly or only for the packages in `spoken`: what a former
-- store says of anything else is kept.
CREATE TEMP TABLE renewed (feed INTEGER, product INTEGER, whole INTEGER, PRIMARY KEY (feed, product));
