"""Curves fitted to rows: signs are kept, planted rows teach defects only, nothing is made up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.confidence.features import FEATURES
from assistant.confidence.fitting.additive import Additive, Learn, fit_additive
from assistant.confidence.linear import Floats

PLACE = {feature.name: place for place, feature in enumerate(FEATURES)}
SIGN = {feature.name: feature.sign for feature in FEATURES}

UP, DOWN, FREE = "vocabulary", "asides", "said_once"
"""Tendencies that may only raise, only lower, or do either."""

DEFECT, GRADED = "loop", "far_too_short"
"""Defects, which may only lower a score: of two values, and of many."""

NAMES = (UP, DOWN, FREE, DEFECT, GRADED)
COLUMNS = [PLACE[name] for name in NAMES]
VALUES = st.floats(-50, 50).map(lambda value: round(value, 3)) | st.just(float("nan"))


def learn(
    columns: dict[str, Floats],
    target: Floats,
    *,
    mass: Floats | None = None,
    planted: int = 0,
) -> Learn:
    """Rows of these columns and none of the others; the last ones are planted."""
    values = np.full((len(target), len(FEATURES)), np.nan)
    for name, column in columns.items():
        values[:, PLACE[name]] = column
    return Learn(
        values=values,
        target=target,
        mass=np.ones(len(target)) if mass is None else mass,
        judged=np.arange(len(target)) < len(target) - planted,
    )


def judged_rows(count: int, seed: int = 3) -> tuple[dict[str, Floats], Floats]:
    """Columns, two of which tell of the target what their signs say, and one nothing."""
    generator = np.random.default_rng(seed)
    columns = {name: generator.normal(size=count) for name in (UP, DOWN, FREE)}
    chance = 1 / (1 + np.exp(-2 * (columns[UP] - columns[DOWN])))
    return columns, (generator.random(count) < chance).astype(float)


def one_row(**values: float) -> Floats:
    """A row of these features alone."""
    row = np.full((1, len(FEATURES)), np.nan)
    for name, value in values.items():
        row[0, PLACE[name]] = value
    return row


def logit(model: Additive, **values: float) -> float:
    """Log-odds of a draft with these values, to which no other feature applies."""
    return float(model.logits(one_row(**values))[0])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.tuples(*[VALUES] * len(NAMES)), st.floats(0, 1), st.floats(0.01, 2)),
        min_size=4,
        max_size=30,
    ),
    st.integers(0, 2),
)
def test_curves_respect_signs_whatever_the_data_says(
    rows: list[tuple[tuple[float, ...], float, float]], planted: int
) -> None:
    """They ascend in the value, are 0 at the usual one, and turn no way that the sign forbids."""
    values, target, mass = (np.array(column) for column in zip(*rows, strict=True))
    columns = dict(zip(NAMES, values.T, strict=True))

    model = fit_additive(learn(columns, target, mass=mass, planted=planted), COLUMNS)

    assert [FEATURES[column].name for column in model.columns] == [
        curve.feature for curve in model.curves
    ]
    for curve in model.curves:
        at, parts = np.array(curve.points).T
        assert (np.diff(at) > 0).all()
        assert np.isfinite(parts).all()
        assert (SIGN[curve.feature] * np.diff(parts) >= 0).all()
        assert np.interp(curve.usual, at, parts) == pytest.approx(0, abs=1e-4)


def test_a_fit_finds_what_the_rows_tell() -> None:
    """More of the one, less of the other; what tells nothing stays near 0."""
    model = fit_additive(learn(*judged_rows(3000)), COLUMNS)

    assert logit(model, vocabulary=1.5) > logit(model, vocabulary=-1.5) + 2
    assert logit(model, asides=-1.5) > logit(model, asides=1.5) + 2
    assert abs(logit(model, said_once=1.5) - logit(model, said_once=-1.5)) < 0.5


def test_the_order_of_rows_is_no_matter() -> None:
    """The problem has one solution."""
    columns, target = judged_rows(400)
    turned = {name: column[::-1] for name, column in columns.items()}

    one, other = (
        fit_additive(learn(given, label), COLUMNS)
        for given, label in ((columns, target), (turned, target[::-1]))
    )

    assert one.intercept == pytest.approx(other.intercept, abs=1e-3)
    for first, second in zip(one.curves, other.curves, strict=True):
        assert np.array(first.points) == pytest.approx(np.array(second.points), abs=1e-3)


def test_the_same_rows_give_the_same_numbers() -> None:
    """To the last digit."""
    rows = learn(*judged_rows(200))

    assert fit_additive(rows, COLUMNS) == fit_additive(rows, COLUMNS)


def test_a_row_of_mass_two_is_two_rows() -> None:
    """Weights are counts; the knots of two values are those values."""
    value = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0] * 50)
    target = np.array([1.0, 1.0, 0.0, 1.0, 0.0, 0.0] * 50)
    mass = np.where(np.arange(300) < 100, 2.0, 1.0)
    both = [np.concatenate([column, column[:100]]) for column in (value, target)]

    heavy = fit_additive(learn({DOWN: value}, target, mass=mass), COLUMNS)
    twice = fit_additive(learn({DOWN: both[0]}, both[1]), COLUMNS)

    assert heavy.intercept == pytest.approx(twice.intercept, abs=1e-3)
    assert np.array(heavy.curves[0].points) == pytest.approx(
        np.array(twice.curves[0].points), abs=1e-3
    )


def test_a_feature_that_does_not_apply_adds_nothing() -> None:
    """Neither to the draft that lacks it, nor to the curve that others shape."""
    columns, target = judged_rows(400)
    lacking = {name: np.append(column, [np.nan] * 40) for name, column in columns.items()}
    even = np.append(target, [0.5] * 40)

    model = fit_additive(learn(lacking, even), COLUMNS)

    assert logit(model) == model.intercept
    assert logit(model, vocabulary=1.0) == pytest.approx(
        logit(model, vocabulary=1.0, asides=model.curves[1].usual), abs=1e-4
    )


def test_planted_rows_do_not_move_the_curve_of_a_tendency() -> None:
    """However many there are, and however odd their vocabulary."""
    columns, target = judged_rows(300)
    columns |= {DEFECT: np.zeros(300)}
    more = {name: np.append(column, np.full(60, 9.0)) for name, column in columns.items()}

    without = fit_additive(learn(columns, target), COLUMNS)
    planted = fit_additive(learn(more, np.append(target, np.zeros(60)), planted=60), COLUMNS)

    assert planted.curves[: len(without.curves)] == without.curves


def test_planted_rows_teach_what_a_defect_costs() -> None:
    """Judged drafts hardly ever loop."""
    columns, target = judged_rows(300)
    with_loops = {name: np.append(column, [np.nan] * 30) for name, column in columns.items()}
    with_loops |= {DEFECT: np.append(np.zeros(300), np.ones(30))}

    model = fit_additive(learn(with_loops, np.append(target, np.zeros(30)), planted=30), COLUMNS)

    assert model.curves[-1].feature == DEFECT
    assert model.curves[-1].usual == 0
    assert logit(model, loop=1.0) < logit(model, loop=0.0) - 1


def test_a_feature_that_never_varies_gets_no_curve() -> None:
    """Nor one that applies to nobody."""
    columns, target = judged_rows(200)
    columns |= {DOWN: np.full(200, 3.0), DEFECT: np.zeros(200)}

    model = fit_additive(learn(columns, target), COLUMNS)

    assert {DOWN, DEFECT, GRADED}.isdisjoint(curve.feature for curve in model.curves)


def test_where_the_data_contradicts_all_signs_only_the_intercept_is_left() -> None:
    """It is the share of good drafts."""
    columns, target = judged_rows(600)
    turned = {name: -columns[name] for name in (UP, DOWN)}

    model = fit_additive(learn(turned, target), COLUMNS)

    share = target.mean()
    assert model.curves == ()
    assert model.columns == []
    assert model.intercept == pytest.approx(np.log(share / (1 - share)), abs=1e-3)
    assert model.logits(one_row(vocabulary=9.0)).shape == (1,)


def test_without_columns_only_the_intercept_is_left() -> None:
    """As an ablation asks for."""
    model = fit_additive(learn(*judged_rows(50)), [])

    assert (model.columns, model.curves) == ([], ())


def test_extreme_values_rule_no_score() -> None:
    """Beyond what the rows hold a curve is flat."""
    model = fit_additive(learn(*judged_rows(500)), COLUMNS)

    assert logit(model, vocabulary=1e9) == logit(model, vocabulary=10.0)
    assert logit(model, asides=-1e9) == logit(model, asides=-10.0)


def test_doubtful_rows_teach_less_than_clear_ones() -> None:
    """A target near one half pulls neither way."""
    columns, target = judged_rows(500)

    clear = fit_additive(learn(columns, target), COLUMNS)
    doubtful = fit_additive(learn(columns, 0.5 + 0.1 * (target - 0.5)), COLUMNS)

    def spread(model: Additive) -> float:
        return logit(model, vocabulary=2.0) - logit(model, vocabulary=-2.0)

    assert 0 <= spread(doubtful) < 0.3 * spread(clear)
