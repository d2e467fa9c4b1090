-- A row of tallies is kept under one number, which is found by cheaper comparisons than four: from the
-- top a bit of half, 2 of level, 30 of era (from -2^29 on), 30 of scope. And it lies in a leaf of the
-- tree, where a row of up to 4 KB needs no page beside.
CREATE TABLE tally_by_place (
    place INTEGER PRIMARY KEY,
    tallies BLOB NOT NULL
);
INSERT INTO tally_by_place
SELECT (half << 62) | (level << 60) | ((era + 536870912) << 30) | scope, tallies
FROM tally ORDER BY half, level, era, scope;
DROP TABLE tally;
ALTER TABLE tally_by_place RENAME TO tally;
