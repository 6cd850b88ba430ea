"""How well a classifier tells minutes of tape A (real) from minutes of like activity of tape B (synthetic).

AUC is the chance that it rates a minute of A above one of B that it has not seen either: 0.5 is blind, 1 is certain. Two
baselines tell the scale: a naive random walk with A's means against A, and A's odd minutes against its even ones. A short
A is kind to the second one and hard on B: whatever is peculiar to that hour of it counts against every other hour, real
ones too.

Features are in order of `importance`: how much the held-out log loss, in nats, grows when the feature is shuffled, which
does not stop at an AUC of 1 as `auc_lost` does. Features that say the same share it, so see `auc_alone` too: the
chance that B's value lies above A's; far from 0.5 on either side betrays. `alone` names the ten farthest.

The interval is a bootstrap over the judged minutes; it does not know how else the models might have been trained.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from realism_features import Minute, features
from realism_minutes import alike, hours_of, judged, read_minutes
from realism_walk import random_walk
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import RepeatedStratifiedKFold
from threadpoolctl import threadpool_limits

from system.domain.errors import InputError

Array = npt.NDArray[Any]

SEED: Final = 20_231_225
FOLDS: Final = 5
REPEATS: Final = 6
SHUFFLES: Final = 4  # of each feature in each held-out fold
DRAWS: Final = 2000  # of the bootstrap
INTERVAL: Final = (2.5, 97.5)  # per cent
MINUTES_MIN: Final = 4 * FOLDS  # of a side, so that each fold has some
TOP: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How well two sets of minutes can be told apart, and by what."""

    auc: float
    interval: tuple[float, float]
    importance: Array  # shape (features,), log loss in nats
    auc_lost: Array  # shape (features,)

    def document(self) -> dict[str, Any]:
        return {"auc": round(self.auc, 4), "interval_95": [round(end, 4) for end in self.interval]}


def table(minutes: Sequence[Minute]) -> tuple[list[str], Array]:
    """The names of the features, and one row of them a minute."""
    rows = [features(minute) for minute in minutes]
    return list(rows[0]), np.array([list(row.values()) for row in rows])


def wins(ones: Array, others: Array) -> Array:
    """Where a value of the first lies above one of the second, a tie counting half; shape (..., ones, others)."""
    first, second = ones[..., :, None], others[..., None, :]
    return (first > second) + (first == second) / 2


def losses(scores: Array, is_a: Array) -> Array:
    """Log loss of log odds, shape (..., minutes), with both sides counted alike."""
    each = np.logaddexp(0, np.where(is_a, -scores, scores))
    mean: Array = (each[..., is_a].mean(axis=-1) + each[..., ~is_a].mean(axis=-1)) / 2
    return mean


def shuffled(held_out: Array, rng: np.random.Generator) -> Iterator[Array]:
    """The held-out minutes, each feature shuffled in turn."""
    for feature in range(held_out.shape[1]):
        for _ in range(SHUFFLES):
            changed = held_out.copy()
            changed[:, feature] = rng.permutation(changed[:, feature])
            yield changed


def tell_apart(a: Array, b: Array, *, why: bool = False, repeats: int = REPEATS) -> Verdict:
    """Train and judge on folds; minutes are compared within a fold only, for models differ in what they call high."""
    x, is_a = np.concatenate([a, b]), np.arange(len(a) + len(b)) < len(a)
    rng = np.random.default_rng(SEED)
    won, pairs = np.zeros((len(a), len(b))), np.zeros((len(a), len(b)))
    grown, lost = [np.zeros(x.shape[1])], [np.zeros(x.shape[1])]
    # Few minutes: small trees, large leaves. One thread is faster than two on so little.
    model = HistGradientBoostingClassifier(
        learning_rate=0.08,
        max_iter=70,
        max_leaf_nodes=6,
        min_samples_leaf=6,
        l2_regularization=1.0,
        max_features=0.5,
        class_weight="balanced",
        early_stopping=False,
        random_state=SEED,
    )
    folds = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=repeats, random_state=SEED)
    with threadpool_limits(1):
        for train, test in folds.split(x, is_a):
            model.fit(x[train], is_a[train])
            scores, truth = model.decision_function(x[test]), is_a[test]
            fold_wins = wins(scores[truth], scores[~truth])
            place = np.ix_(test[truth], test[~truth] - len(a))
            won[place] += fold_wins
            pairs[place] += 1
            if why:
                worse = model.decision_function(np.concatenate(list(shuffled(x[test], rng))))
                worse = worse.reshape(x.shape[1], SHUFFLES, len(test))
                grown.append(losses(worse, truth).mean(axis=1) - losses(scores, truth))
                auc = wins(worse[..., truth], worse[..., ~truth]).mean(axis=(-3, -2, -1))
                lost.append(fold_wins.mean() - auc)
    return Verdict(
        auc=float(won.sum() / pairs.sum()),
        interval=bootstrap(won, pairs, rng),
        importance=np.mean(grown[1:] or grown, axis=0),
        auc_lost=np.mean(lost[1:] or lost, axis=0),
    )


def bootstrap(won: Array, pairs: Array, rng: np.random.Generator) -> tuple[float, float]:
    """The interval of the AUC when the minutes of both sides are drawn anew."""
    ones = rng.multinomial(won.shape[0], np.full(won.shape[0], 1 / won.shape[0]), DRAWS)
    others = rng.multinomial(won.shape[1], np.full(won.shape[1], 1 / won.shape[1]), DRAWS)
    drawn = ((ones @ won) * others).sum(axis=1) / ((ones @ pairs) * others).sum(axis=1)
    low, high = np.percentile(drawn, INTERVAL)
    return float(low), float(high)


def auc_alone(a: Array, b: Array) -> float:
    """The chance that B's value lies above A's, among the minutes that have one."""
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    return float(wins(b, a).mean()) if len(a) and len(b) else 0.5


def moments(values: Array) -> dict[str, float | None]:
    found = values[~np.isnan(values)]
    if not len(found):
        return {"mean": None, "std": None}
    return {"mean": float(f"{found.mean():.4g}"), "std": float(f"{found.std():.4g}")}


def ranking(names: Sequence[str], a: Array, b: Array, verdict: Verdict) -> list[dict[str, Any]]:
    """The features, the most betraying first."""
    return [
        {
            "feature": names[column],
            "importance": round(float(verdict.importance[column]), 4),
            "auc_lost": round(float(verdict.auc_lost[column]), 4),
            "auc_alone": round(auc_alone(a[:, column], b[:, column]), 3),
            "a": moments(a[:, column]),
            "b": moments(b[:, column]),
        }
        for column in np.argsort(-verdict.importance, kind="stable").tolist()
    ]


def judge(a: Sequence[Minute], b: Sequence[Minute], *, repeats: int = REPEATS) -> dict[str, Any]:
    """The figures for minutes of both tapes, with both baselines."""
    walk = random_walk(a, len(b), np.random.default_rng(SEED))
    names, of_a = table(a)
    of_b, of_walk = table(b)[1], table(walk)[1]
    odd = np.array([minute.start_ns for minute in a]) // 60_000_000_000 % 2 == 1
    ours = tell_apart(of_a, of_b, why=True, repeats=repeats)
    naive = tell_apart(of_a, of_walk, repeats=repeats)
    itself = tell_apart(of_a[odd], of_a[~odd], repeats=repeats)
    midpoint = (naive.auc + 0.5) / 2
    ranked = ranking(names, of_a, of_b, ours)
    alone = sorted(ranked, key=lambda feature: -abs(feature["auc_alone"] - 0.5))[:TOP]
    return {
        **ours.document(),
        "random_walk": naive.document(),
        "a_odd_against_even": itself.document(),
        "midpoint": round(midpoint, 4),
        "below_midpoint": ours.auc < midpoint,
        "minutes": {"a": len(a), "b": len(b), "random_walk": len(walk), "odd": int(odd.sum())},
        "alone": [feature["feature"] for feature in alone],
        "features": ranked,
    }


def realism(path_a: Path, path_b: Path) -> dict[str, Any]:
    """Choose the minutes and judge them. Raises InputError where a tape cannot be read, or has too few."""
    rng = np.random.default_rng(SEED)
    hours = judged(hours_of(path_a), rng)
    chosen, notes = alike(hours, hours_of(path_b), str(path_b), rng)
    a = read_minutes(path_a, [minute for hour in hours for minute in hour.minutes])
    b = read_minutes(path_b, chosen)
    for path, minutes, least in ((path_a, a, 2 * MINUTES_MIN), (path_b, b, MINUTES_MIN)):
        if len(minutes) < least:
            raise InputError(f"{path}: {len(minutes)} minutes to judge; expected {least} or more")
    tapes = {"a": path_a.name, "b": path_b.name}
    return {"tapes": tapes, "matching": notes, **judge(a, b)}
