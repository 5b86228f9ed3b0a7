-- The knowledge store. One file; read-only once built. Days are integers (20250212, 0 unknown).
-- In tables without a rowid the columns of the primary key come first, in its order: SQLite 3.40's integrity check
-- takes other orders for damage.
-- `word` interns every text that repeats: products, packages, advisories, the publishers' own words.
-- A vulnerability is a number: CVE-YYYY-N as YYYY * 10^9 + N, any other id as minus its word (codes.py).

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);

CREATE TABLE scheme (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL);

CREATE TABLE feed (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    licence TEXT,
    notice TEXT NOT NULL,
    reference TEXT NOT NULL,
    authority INTEGER NOT NULL,
    date TEXT NOT NULL,         -- of its newest file
    date_origin TEXT NOT NULL,  -- content, partial.toml, option or file time
    records INTEGER NOT NULL,
    unusable INTEGER NOT NULL,
    examples TEXT NOT NULL      -- JSON: a few [record, reason] of the unusable ones
);

-- Which feed speaks for which product: completely, or for the packages in `spoken` only.
CREATE TABLE coverage (
    product INTEGER NOT NULL,
    feed INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    date TEXT NOT NULL,         -- of its oldest file
    PRIMARY KEY (product, feed)
) WITHOUT ROWID;

CREATE TABLE spoken (
    product INTEGER NOT NULL,
    package INTEGER NOT NULL,
    feed INTEGER NOT NULL,
    PRIMARY KEY (product, package, feed)
) WITHOUT ROWID;

-- One row per interval, from `lo` (inclusive) to `hi` (exclusive), both version keys. Clustered so that "what
-- affects this version" touches only the deciding rows that are not fixed in it.
CREATE TABLE statement (
    product INTEGER NOT NULL,
    package INTEGER NOT NULL,
    decides INTEGER NOT NULL,   -- 1: its feed has the last word and the row is current
    hi BLOB NOT NULL,
    n INTEGER NOT NULL,
    lo BLOB NOT NULL,
    vulnerability INTEGER NOT NULL,
    feed INTEGER NOT NULL,
    state INTEGER NOT NULL,
    severity INTEGER,
    scheme INTEGER NOT NULL,
    flags INTEGER NOT NULL,     -- 1 evidence, 2 hi inclusive, 4 slow: compare the texts, not the keys
    lo_text TEXT NOT NULL,
    hi_text TEXT,
    advisory INTEGER NOT NULL,  -- a vulnerability number too: 0 where it is the vulnerability itself
    detail INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    aliases TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,     -- 0: current
    modified INTEGER NOT NULL,  -- when its record last changed, in seconds since 1970; 0 where there is one copy only
    PRIMARY KEY (product, package, decides, hi, n)
) WITHOUT ROWID;

CREATE INDEX statement_by_vulnerability ON statement (vulnerability, product, package);

-- Which vulnerabilities an advisory is about now, both as numbers of vulnerabilities.
CREATE TABLE advised (
    advisory INTEGER NOT NULL,
    vulnerability INTEGER NOT NULL,
    PRIMARY KEY (advisory, vulnerability)
) WITHOUT ROWID;

CREATE TABLE rating (
    vulnerability INTEGER NOT NULL,
    version INTEGER NOT NULL,
    feed INTEGER NOT NULL,
    vector TEXT NOT NULL,
    score REAL NOT NULL,
    PRIMARY KEY (vulnerability, version, feed, vector)
) WITHOUT ROWID;

CREATE TABLE exploited (vulnerability INTEGER PRIMARY KEY, feed INTEGER NOT NULL, since INTEGER NOT NULL);

-- Scores in hundred-thousandths, as EPSS publishes them.
CREATE TABLE probability (vulnerability INTEGER PRIMARY KEY, feed INTEGER NOT NULL, score INTEGER NOT NULL);
