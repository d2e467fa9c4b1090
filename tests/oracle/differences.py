"""What all comparisons share: numbers, instants, and a difference as a line."""

import json
from fractions import Fraction

import times


def differ(name, want, got):
    """One difference as a line."""
    return "%s: expected %s, got %s" % (name, shown(want), shown(got))


def shown(value):
    """JSON, with fractions as numbers."""
    return json.dumps(value, ensure_ascii=False, default=float)


def is_number(value):
    """A number of JSON."""
    return type(value) in (int, float, Fraction)


def same_number(left, right, slip=1e-12):
    """Equal up to the spelling of a double."""
    if not is_number(left) or not is_number(right):
        return left is None and right is None
    return abs(left - right) <= slip * max(1, abs(left))


def instant(value):
    """A time of an answer in ms, whether a number or RFC 3339."""
    return times.parse_time(value) if isinstance(value, str) else value


def same_moment(left, right):
    """The same instant with the same offset, which may be spelled Z."""
    offsets = [text[-6:] if text[-1] not in "Zz" else "+00:00" for text in (left, right)]
    return instant(left) == instant(right) and offsets[0] == offsets[1]


def same_name(left, right):
    """The same name of a window, in which an offset of nothing may be spelled Z."""
    return left.replace("+00:00", "Z") == right.replace("+00:00", "Z")


def compare_head(want, body):
    """The window and the instant of the answer."""
    left, right = want["window"], body["window"]
    lines = [differ("window " + n, left[n], right[n])
             for n in ("name", "cohort") if not same_name(left[n], right[n])]
    lines += compare_edges("window", left, right)
    if instant(want["as_of"]) != instant(body["as_of"]):
        lines.append(differ("as_of", want["as_of"], body["as_of"]))
    return lines


def compare_edges(name, want, got):
    """From and to of a window."""
    return [differ("%s %s" % (name, n), want[n], got[n])
            for n in ("from", "to") if not same_moment(want[n], got[n])]


def compare_fields(name, want, got, fields):
    """Numbers up to their spelling, all else exactly; a field must be there."""
    lines = []
    for field in fields:
        value = got.get(field, "(absent)")
        if type(value) is type(want[field]) and value == want[field]:
            continue
        same = same_number(want[field], value) \
            if is_number(want[field]) or is_number(value) else want[field] == value
        if not same:
            lines.append(differ("%s %s" % (name, field), want[field], value))
    return lines


def compare_rows(name, want, got, fields):
    """Rows one by one."""
    if len(want) != len(got):
        return [differ(name, [[row[f] for f in fields] for row in want],
                       [[row.get(f) for f in fields] for row in got])]
    return [line for number, (one, other) in enumerate(zip(want, got), 1)
            for line in compare_fields("%s %d" % (name, number), one, other, fields)]
