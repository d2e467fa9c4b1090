-- What says whether the log has an event of a source and an id, without an index in the order of
-- ids that strangers chose. Ids are hashed with a key of the database's own; entries of hash and
-- record, 11 bytes each, lie sorted by hash in runs. Records after the last `upto` are in no run
-- yet. All of it can be made again from the log.
DROP TABLE identity;

-- Hashes are cut into `parts` shares of one size; `done` of them are there, from the lowest on; the
-- rest of what it is to hold is still in the runs whose `heir` it is. upto: the last record in it.
CREATE TABLE identity_run (
    id INTEGER PRIMARY KEY,
    level INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    done INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    upto INTEGER NOT NULL,
    heir INTEGER
);

-- place: the run times 2^32, and which share of all hashes it is; 32 blocks for each part.
CREATE TABLE identity_block (
    place INTEGER PRIMARY KEY,
    entries BLOB NOT NULL
);

-- The piece of a Bloom filter for each part. place: as above, by part.
CREATE TABLE identity_filter (
    place INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
);

-- Tallies by time first: what events of one time change lies on few pages, however many scopes there
-- are. era: 60 buckets of a minute, 24 of an hour, 4 of a day, 1 of what is wider.
CREATE TABLE tally_by_time (
    level INTEGER NOT NULL,
    era INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    counts BLOB NOT NULL,
    PRIMARY KEY (level, era, scope, bucket)
) WITHOUT ROWID;
INSERT INTO tally_by_time (level, era, scope, bucket, counts)
SELECT level, CASE level WHEN 0 THEN bucket / 60 WHEN 1 THEN bucket / 24 WHEN 2 THEN bucket / 4 ELSE bucket END,
    scope, bucket, counts
FROM tally ORDER BY 1, 2, 3, 4;
DROP TABLE tally;
ALTER TABLE tally_by_time RENAME TO tally;

INSERT INTO meta (name, value) VALUES ('identity_key', lower(hex(randomblob(16))));
