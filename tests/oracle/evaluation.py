"""The evaluation: selection, weights, score, coverage, grade and vetoes, in exact fractions."""

from fractions import Fraction

import catalogue

DIGITS = 10 ** 12


def half_up(value):
    """To twelve decimals, as a fraction; None stays."""
    return None if value is None else Fraction((2 * value.numerator * DIGITS + value.denominator)
                    // (2 * value.denominator), DIGITS)


def selection(profile):
    """[(indicator, characteristic, weight, effective weight)] of those that weigh anything."""
    result = []
    for characteristic, names in catalogue.CHARACTERISTICS.items():
        whole = sum(profile.weights[name] for name in names)
        for name in names:
            effective = profile.characteristics[characteristic] * profile.weights[name]
            if effective:
                result.append((name, characteristic, profile.weights[name],
                               effective / whole))
    return result


def weighed(rows, scores):
    """(score, coverage) of some selected ones: None without any with data."""
    known = [row for row in rows if scores[row[0]]["value"] is not None]
    everything, covered = sum(row[3] for row in rows), sum(row[3] for row in known)
    if not covered:
        return None, Fraction(0)
    points = sum(row[3] * scores[row[0]]["value"] for row in known)
    return Fraction(points, covered), Fraction(covered, everything)


def grading(profile, scores, score):
    """(grade before vetoes, grade after them, [whether each veto finds its reason])."""
    ranks = [grade for grade, _ in profile.grades]
    reached = next((grade for grade, least in profile.grades
                    if score is not None and score >= least), None)
    grade, found = reached, []
    for indicator, below, at_most in profile.vetoes:
        value = scores[indicator]["value"]
        found.append(value is not None and value < below)
        if found[-1] and grade is not None and ranks.index(grade) < ranks.index(at_most):
            grade = at_most
    return reached, grade, found


def characteristics(profile, rows, scores):
    """Score, coverage and indicators of each; null where nothing of it is selected."""
    result, whole = [], sum(row[3] for row in rows)
    for characteristic in catalogue.CHARACTERISTICS:
        mine = [row for row in rows if row[1] == characteristic]
        score, coverage = weighed(mine, scores) if mine else (None, None)
        result.append({
            "characteristic": characteristic, "score": half_up(score),
            "weight": profile.characteristics[characteristic],
            "coverage": half_up(coverage),
            "indicators": [dict({n: scores[row[0]][n] for n in ("value", "a", "b", "reason")},
                                indicator=row[0], weight=row[2], share=half_up(row[3] / whole))
                           for row in mine]})
    return result


def evaluate(profile, scores):
    """The evaluation of scores by their profile."""
    rows = selection(profile)
    everything = sum(row[3] for row in rows)
    score, coverage = weighed(rows, scores)
    score, reason = half_up(score), None
    if score is None:
        reason = "no_data"
    elif coverage < profile.min_coverage:
        reason = "coverage"
    reached, grade, found = grading(profile, scores, None if reason else score)
    if reason is None and grade is None:
        reason = "no_band"
    vetoes = [{"indicator": indicator, "below": below, "at_most": at_most,
               "value": scores[indicator]["value"], "applied": applied}
              for (indicator, below, at_most), applied in zip(profile.vetoes, found)]
    return {"profile": profile.name, "score": score, "coverage": half_up(coverage),
            "grade": grade, "reason": reason,
            "selection": [{"indicator": name, "characteristic": characteristic,
                           "weight": weight, "share": half_up(effective / everything)}
                          for name, characteristic, weight, effective in rows],
            "characteristics": characteristics(profile, rows, scores),
            "grading": {"min_coverage": profile.min_coverage, "reached": reached,
                        "bands": [{"grade": grade, "at_least": least}
                                  for grade, least in profile.grades],
                        "vetoes": vetoes}}
