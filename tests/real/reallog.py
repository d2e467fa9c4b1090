"""What the tests on real logs share: where the logs lie, and what must hold for every one of them.

The logs lie in $SLAD_DATA, else in ../shared/data beside the source tree; each is a folder of data
and of tables gt_*.csv that were counted without slad. Where a folder is absent, its tests are
skipped.
"""
import csv
import gzip
import json
import os
import random
import sys
import unittest
from datetime import datetime

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from slad import TOP, Slad, event, main, ndjson  # noqa: E402

__all__ = ["EVER", "SEED", "Always", "RealLog", "Shuffled", "Slad", "by", "event", "good",
           "instant", "main", "ndjson", "nearest_rank", "objects", "rows", "truth"]

DATA = os.path.abspath(os.environ.get("SLAD_DATA") or os.path.join(TOP, "..", "shared", "data"))
EVER = {"from_": "2010-01-01T00:00:00Z", "to_": "2026-10-01T00:00:00Z"}  # all that the logs have
SEED = int(os.environ.get("SEED") or random.randrange(1 << 30))


def rows(folder, name):
    """A CSV file, gzip'd or not, as a list of dicts."""
    path = os.path.join(DATA, folder, name)
    opener = gzip.open if name.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def objects(folder, name):
    with gzip.open(os.path.join(DATA, folder, name), "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def truth(folder, name="gt_summary.json"):
    with open(os.path.join(DATA, folder, name), encoding="utf-8") as text:
        return json.load(text)


def instant(text):
    """What slad says of a time, as a datetime."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def nearest_rank(values, percent):
    values = sorted(values)
    return values[-(-percent * len(values) // 100) - 1]


def good(score):
    """The tickets of a 1-A/B score that are settled, and not late."""
    return score["b"] - score["a"] - score["pending"]


def by(scores, *dimensions):
    """The scores of one indicator, by their scope."""
    keyed = {tuple(s["scope"][d] for d in dimensions): s for s in scores}
    assert len(keyed) == len(scores), "one score for each group"
    return {key[0] if len(key) == 1 else key: score for key, score in keyed.items()}


class RealLog(unittest.TestCase):
    """A daemon that has taken in one log. A test names its folder, and gives config and lines."""

    folder = None
    config = None
    maxDiff = 4000
    slad = None

    @classmethod
    def read(cls):
        """Reads the folder; gives the events, as lines."""
        raise NotImplementedError

    @classmethod
    def there(cls):
        return os.path.isdir(os.path.join(DATA, cls.folder))

    @classmethod
    def setUpClass(cls):
        if cls.there():
            cls.lines = cls.read()
            cls.slad = Slad(cls.config)
            cls.addClassCleanup(cls.slad.close)
            cls.posted = cls.slad.post_lines(cls.lines)

    def setUp(self):
        if not self.there():
            self.skipTest(f"the log {self.folder} is not in {DATA}; SLAD_DATA says where it is")

    def scores(self, indicator, **params):
        return self.slad.scores(indicator=indicator, **params)

    def score(self, indicator, **params):
        found = self.scores(indicator, **params)
        self.assertEqual(len(found), 1)
        return found[0]

    def statistics(self, **params):
        return self.slad.get("/v1/statistics", **params)["statistics"]

    def assert_times(self, found, figures, what=None):
        """A time of the statistics against {"n", "sum", "p50", …} in seconds: the number and the mean
        are exact, percentiles within the bound of the buckets."""
        self.assertEqual(found["count"], figures["n"], what)
        self.assertAlmostEqual(found["mean"] * found["count"] / max(figures["sum"], 1),
                               figures["sum"] / max(figures["sum"], 1), 12, what)
        for name in ("p50", "p90", "p95", "p99"):
            if name in figures:
                self.assertLessEqual(abs(found[name] - figures[name]), figures[name] / 128,
                                     (what, name, found, figures))

    def everything(self, slad=None):
        """Every score in both cohorts, by all the dimensions, though not by all at once: slad
        answers with 32,000 scores at most."""
        return [score for cohort in ("opened", "settled")
                for dimensions in (None, "agreement,service", "agreement,priority,team")
                for score in (slad or self.slad).scores(by=dimensions, cohort=cohort, **EVER)]

    def assert_alike(self, found, expected):
        """Two long lists; assertEqual would look for the shortest way to tell the difference."""
        for one, other in zip(found, expected):
            self.assertEqual(one, other)
        self.assertEqual(len(found), len(expected))


class Always:
    """The tests that every log must pass; mixed in beside RealLog."""

    def test_every_event_is_accepted(self):
        self.assertEqual(self.posted,
                         {"accepted": len(self.lines), "duplicates": 0, "rejected": 0})

    def test_posted_again_it_is_all_duplicates_and_changes_no_score(self):
        before = self.everything()
        self.assertEqual(self.slad.post_lines(self.lines),
                         {"accepted": 0, "duplicates": len(self.lines), "rejected": 0})
        self.assert_alike(self.everything(), before)

    def test_what_is_stored_follows_from_the_log(self):
        status, words = self.slad.verify()
        self.assertEqual(status, 0, words)


class Shuffled:
    """Order does not matter, nor do the sizes of the batches."""

    sizes = (1, 17, 900, 4_000, 9_000)

    def compare(self, other):
        """What else must be alike."""

    def test_shuffled_in_other_batches(self):
        print(f"SEED={SEED}", flush=True)
        self.chance, lines, at = random.Random(SEED), list(self.lines), 0
        self.chance.shuffle(lines)
        with Slad(self.config) as other:
            while at < len(lines):
                some = lines[at:at + self.chance.choice(self.sizes)]
                self.assertEqual(other.post_lines(some)["accepted"], len(some))
                at += len(some)
            self.assert_alike(self.everything(other), self.everything())
            self.compare(other)
            status, words = other.verify()
            self.assertEqual(status, 0, words)
