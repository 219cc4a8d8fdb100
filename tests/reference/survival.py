"""Numbers that the tests of `crates/engine/src/stats/survival.rs` are held against, from lifelines.

    python3 -m venv venv && venv/bin/pip install lifelines==0.30.3
    venv/bin/python tests/reference/survival.py
"""

from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test, multivariate_logrank_test

# Freireich et al. 1963: weeks in remission; the second numbers are censored.
EVENTS = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
OTHERS = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
times, seen = EVENTS + CENSORED, [1] * len(EVENTS) + [0] * len(CENSORED)
fitter = KaplanMeierFitter().fit(times, seen)
print(fitter.survival_function_.T.to_string())
print(fitter.confidence_interval_.loc[[10, 23]].to_string(float_format=lambda value: f"{value:.9f}"))
found = logrank_test(times, OTHERS, seen, [1] * len(OTHERS))
print("log-rank", repr(float(found.test_statistic)), repr(float(found.p_value)))
found = multivariate_logrank_test(
    times + OTHERS + [3, 5, 9, 30], [0] * len(times) + [1] * len(OTHERS) + [2] * 4, seen + [1] * len(OTHERS) + [1, 0, 1, 0]
)
print("three groups", repr(float(found.test_statistic)), repr(float(found.p_value)))
