"""Numbers that the tests of `crates/engine/src/stats/` are held against, from SciPy and statsmodels.

    python3 -m venv venv && venv/bin/pip install scipy==1.17.1 statsmodels==0.15.0
    venv/bin/python tests/reference/statistics.py
"""

from scipy.stats import chi2_contingency, fisher_exact
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.multitest import multipletests

P_VALUES = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459,
    0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]
for method in ("holm", "fdr_bh"):
    print(method, [round(float(p), 12) for p in multipletests(P_VALUES, method=method)[1]])

# Fisher's tea tasting; Agresti's aspirin trial; small, skewed, empty and large tables.
TABLES = [
    (3, 1, 1, 3), (189, 10845, 104, 10933), (8, 2, 1, 5), (0, 5, 5, 0), (10, 0, 90, 100), (1, 9, 11, 3),
    (2, 10, 15, 3), (0, 2000, 3, 998000), (5, 10, 9990, 89995), (40, 60, 30, 70), (7, 7, 7, 7), (300, 20, 100, 700),
]
for table in TABLES:
    a, b, c, d = table
    rows = [[a, b], [c, d]]
    print(table, "fisher", repr(float(fisher_exact(rows)[1])), end=" ")
    print("chi2", repr(float(chi2_contingency(rows, correction=False)[1])), end=" ")
    shifted = [[n + 0.5 for n in row] for row in rows] if 0 in table else rows
    two = Table2x2(shifted, shift_zeros=False)
    low, high = two.oddsratio_confint()
    print("odds", repr(float(two.oddsratio)), repr(float(low)), repr(float(high)))
