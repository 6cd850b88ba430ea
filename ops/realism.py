"""How well a classifier tells minutes of tape A (real) from minutes of like activity of tape B (synthetic).

AUC is the chance that it rates a minute of A above one of B, neither seen before: 0.5 is blind, 1 is certain. Two
baselines give the scale: a naive random walk with A's means against A, and A's odd minutes against its even ones. Of
the latter, expect a little less than 0.5: the neighbours of a held-out minute, much like it, are of the other side.
A short A is hard on B: what is peculiar to that hour counts against every other hour, real ones too. How much, A's
first half against its second tells: an AUC up to that one may be the hour's making and not the flow's.

Features are in order of `importance`: how much the held-out log loss, in nats, grows when the feature is shuffled,
which goes on where an AUC of 1 leaves nothing for `auc_lost`. Features that say the same share it, so see `auc_alone`
too: the chance that B's value lies above A's; far from 0.5 on either side betrays, and `alone` names the ten
farthest. `groups` are classifiers that see one group of features each: what one glaring fault hides of the others.

The interval is a bootstrap over the judged minutes; it does not know how else the models might have been trained.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from realism_features import MINUTE_NS, Minute, features
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
GROUP_REPEATS: Final = 2
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One row of features a minute."""

    names: tuple[str, ...]
    groups: tuple[str, ...]  # of each name
    values: Array  # shape (minutes, names)


def table(minutes: Sequence[Minute]) -> Table:
    rows = [features(minute) for minute in minutes]
    return Table(
        names=tuple(name for members in rows[0].values() for name in members),
        groups=tuple(group for group, members in rows[0].items() for _ in members),
        values=np.array([[value for members in row.values() for value in members.values()] for row in rows]),
    )


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
        early_stopping=False,
        random_state=SEED,
    )
    folds = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=repeats, random_state=SEED)
    with threadpool_limits(1):
        for train, test in folds.split(x, is_a):
            model.fit(x[train], is_a[train])
            prior = np.log(is_a[train].mean() / (1 - is_a[train].mean()))  # out: both sides count alike
            scores, truth = model.decision_function(x[test]) - prior, is_a[test]
            fold_wins = wins(scores[truth], scores[~truth])
            place = np.ix_(test[truth], test[~truth] - len(a))
            won[place] += fold_wins
            pairs[place] += 1
            if why:
                worse = model.decision_function(np.concatenate(list(shuffled(x[test], rng)))) - prior
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


def ranking(a: Table, b: Table, verdict: Verdict) -> list[dict[str, Any]]:
    """The features, the most betraying first."""
    ranked = [
        {
            "feature": name,
            "group": a.groups[column],
            "importance": round(float(verdict.importance[column]), 4) + 0.0,  # no -0.0
            "auc_lost": round(float(verdict.auc_lost[column]), 4) + 0.0,
            "auc_alone": round(auc_alone(a.values[:, column], b.values[:, column]), 3),
            "a": moments(a.values[:, column]),
            "b": moments(b.values[:, column]),
        }
        for column, name in enumerate(a.names)
    ]
    return sorted(ranked, key=lambda feature: (-feature["importance"], -from_even(feature)))


def from_even(feature: dict[str, Any]) -> float:
    return abs(float(feature["auc_alone"]) - 0.5)


def by_group(a: Table, b: Table, repeats: int) -> dict[str, float]:
    """The AUC of each group of features by itself, the most betraying first."""
    found = {}
    for group in dict.fromkeys(a.groups):
        columns = [column for column, of in enumerate(a.groups) if of == group]
        verdict = tell_apart(a.values[:, columns], b.values[:, columns], repeats=min(repeats, GROUP_REPEATS))
        found[group] = round(verdict.auc, 4)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def judge(a: Sequence[Minute], b: Sequence[Minute], *, repeats: int = REPEATS) -> dict[str, Any]:
    """The figures for minutes of both tapes, with both baselines."""
    walk = random_walk(a, len(b), np.random.default_rng(SEED))
    of_a, of_b, of_walk = table(a), table(b), table(walk)
    odd = np.array([minute.start_ns for minute in a]) // MINUTE_NS % 2 == 1
    ours = tell_apart(of_a.values, of_b.values, why=True, repeats=repeats)
    naive = tell_apart(of_a.values, of_walk.values, repeats=repeats)
    itself = tell_apart(of_a.values[odd], of_a.values[~odd], repeats=repeats)
    early = np.arange(len(a)) < len(a) // 2
    halves = tell_apart(of_a.values[early], of_a.values[~early], repeats=repeats)
    midpoint = (naive.auc + 0.5) / 2
    ranked = ranking(of_a, of_b, ours)
    return {
        **ours.document(),
        "random_walk": naive.document(),
        "a_odd_against_even": itself.document(),
        "a_first_half_against_second": halves.document(),
        "midpoint": round(midpoint, 4),
        "below_midpoint": ours.auc < midpoint,
        "minutes": {"a": len(a), "b": len(b), "random_walk": len(walk), "odd": int(odd.sum())},
        "groups": by_group(of_a, of_b, repeats),
        "alone": [feature["feature"] for feature in sorted(ranked, key=from_even, reverse=True)[:TOP]],
        "features": ranked,
    }


def realism(path_a: Path, path_b: Path, *, repeats: int = REPEATS) -> dict[str, Any]:
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
    return {"tapes": tapes, "matching": notes, **judge(a, b, repeats=repeats)}
