-- Bodies of records may be packed from here on, as blobs (lib/store/body.h).

-- What commits add to tallies, until it is posted to them: one row has all that a commit adds, where
-- each tally lies on a page of its own. lines: scope, minute and counts, packed. Ids only ascend.
CREATE TABLE daybook (
    id INTEGER PRIMARY KEY,
    lines BLOB NOT NULL
);

-- Its one row: the daybook's rows after `since` up to `upto` are being posted, and are posted to the
-- tallies before the place (level, era, scope, bucket); those of level 4 stand behind all.
CREATE TABLE posting (
    since INTEGER NOT NULL,
    upto INTEGER NOT NULL,
    level INTEGER NOT NULL,
    era INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    bucket INTEGER NOT NULL
);
INSERT INTO posting (since, upto, level, era, scope, bucket) VALUES (0, 0, 4, 0, 0, 0);
