-- What a connection keeps while it answers one question.

-- The statements that are asked about, with the keys of their intervals.
CREATE TEMPORARY TABLE asking (
    n INTEGER PRIMARY KEY,
    product {text} NOT NULL,
    package {text} NOT NULL,
    lo {bytes} NOT NULL,
    hi {bytes} NOT NULL
);

-- The packages that they hit: for certain (1), or perhaps (0).
CREATE TEMPORARY TABLE judged (package_id BIGINT PRIMARY KEY, certain INTEGER NOT NULL);

-- The package sets that hold such a package.
CREATE TEMPORARY TABLE hit (set_id BIGINT PRIMARY KEY, certain INTEGER NOT NULL);
