-- Tallies are made again: without `packed`, all is folded anew from the log.
DROP TABLE tally;
DELETE FROM meta WHERE name = 'packed';

-- A scope's tallies of an era are one row: of 60 minutes, 24 hours, 4 days, or a month. In two halves:
-- 0 what is counted, which is short and what most questions ask for; 1 the times, with histograms, which
-- are long in a busy month. Those of minutes and hours lie whole in 0.
CREATE TABLE tally (
    half INTEGER NOT NULL,
    level INTEGER NOT NULL,
    era INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    tallies BLOB NOT NULL,
    PRIMARY KEY (half, level, era, scope)
) WITHOUT ROWID;

-- What is counted at each scrape of /metrics is in the index.
DROP INDEX alert_state;
CREATE INDEX alert_state ON alert (state, level, kind);
