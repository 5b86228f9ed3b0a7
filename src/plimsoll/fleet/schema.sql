-- A fleet: which images hold which packages. Images share package sets, sets share packages.
-- One text for SQLite and PostgreSQL; the words in braces are all in which the two differ (dialect.py):
-- {identity} a number that the database gives, {bytes} bytes in the order of their values, {text} text in the order
-- of its code points (a version key and a page must not be ordered by a language's rules).

-- What feeds can be asked about: one name of a package at one version. `version_key` is the version's key by
-- `scheme`, null where the scheme has none; `revision` is that of the keys' encoding.
CREATE TABLE package (
    id {identity},
    product {text} NOT NULL,
    asked {text} NOT NULL,
    version {text} NOT NULL,
    stream {text} NOT NULL,
    scheme {text} NOT NULL,
    source {text} NOT NULL,     -- key of the source package: type/namespace/name
    version_key {bytes},
    revision INTEGER NOT NULL,
    UNIQUE (product, asked, version, stream, scheme, source)
);

-- `digest` is the SHA-256 of what the set holds, in hexadecimal digits.
CREATE TABLE package_set (
    id {identity},
    digest {text} NOT NULL UNIQUE
);

CREATE TABLE member (
    package_id BIGINT NOT NULL,
    set_id BIGINT NOT NULL,
    PRIMARY KEY (package_id, set_id)
){clustered};

CREATE INDEX member_by_set ON member (set_id, package_id);

CREATE TABLE image (
    subject {text} PRIMARY KEY,
    name {text} NOT NULL,
    platform {text} NOT NULL,
    set_id BIGINT NOT NULL,
    seen_at {text} NOT NULL     -- ISO date and time, UTC
);

CREATE INDEX image_by_name ON image (name, subject, set_id);

CREATE INDEX image_by_set ON image (set_id, name, subject);
