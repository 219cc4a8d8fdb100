"""Numbers that the tests of `crates/engine/src/stats/compare.rs` and of the experiments are held against.

    python3 -m venv venv && venv/bin/pip install scipy==1.17.1 statsmodels==0.15.0
    venv/bin/python tests/reference/experiments.py
"""

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

print("two shares: z, p, Newcombe's interval of b − a")
for a, n_a, b, n_b in [(10, 100, 20, 100), (3785, 17293, 3423, 17260), (0, 20, 5, 30), (821, 8215, 905, 8154)]:
    z, p = proportions_ztest([b, a], [n_b, n_a])
    low, high = confint_proportions_2indep(b, n_b, a, n_a, method="newcomb", compare="diff")
    print((a, n_a, b, n_b), repr(float(z)), repr(float(p)), repr(float(low)), repr(float(high)))

print("Welch: t, freedom, p, interval of b − a")
SLEEP = ([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
MONEY = ([0, 0, 0, 12.5, 3, 0, 99, 0, 7, 1], [0, 5, 8, 0, 20.25, 300, 0, 0, 0, 4, 11, 2])
for a, b in (SLEEP, MONEY):
    found = stats.ttest_ind(b, a, equal_var=False)
    low, high = found.confidence_interval()
    print(repr(float(found.statistic)), repr(float(found.df)), repr(float(found.pvalue)), repr(float(low)), repr(float(high)))

print("sample ratio (Kohavi's): chi², p", stats.chisquare([821588, 815482]))

print("ratio by the delta method: mean, variance of the ratio")
y, x = np.array([10.0, 0, 5, 7, 30, 2]), np.array([2.0, 1, 1, 3, 4, 1])
r = y.sum() / x.sum()
c = np.cov(y, x)
print(repr(float(r)), repr(float((c[0, 0] - 2 * r * c[0, 1] + r * r * c[1, 1]) / x.mean() ** 2 / len(y))))

print("beta posterior: probability that b is greater, by quadrature; expected losses")
grid = np.linspace(0, 1, 2_000_001)
for (s_a, n_a), (s_b, n_b) in [((10, 100), (20, 100)), ((821, 8215), (905, 8154))]:
    a, b = stats.beta(1 + s_a, 1 + n_a - s_a), stats.beta(1 + s_b, 1 + n_b - s_b)
    chance = np.trapezoid(b.pdf(grid) * a.cdf(grid), grid)
    greatest = 1 - np.trapezoid(a.cdf(grid) * b.cdf(grid), grid)
    print(repr(float(chance)), repr(float(greatest - a.mean())), repr(float(greatest - b.mean())))
