"""Numbers that the tests of clusters are held against, from scikit-learn, SciPy and pandas.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1 scipy==1.17.1 pandas==3.1.1
    venv/bin/python tests/reference/clusters.py
"""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import calinski_harabasz_score

DATA = Path(__file__).parents[2] / "crates/engine/testdata"


def columns(name, n_columns):
    return np.loadtxt(DATA / name, delimiter=",", skiprows=1, usecols=range(n_columns))


def rounded(values, digits=12):
    return [round(float(value), digits) for value in values]


iris, ruspini = columns("iris.csv", 4), columns("ruspini.csv", 2)

pca = PCA().fit(iris)
print("IRIS_RATES", rounded(pca.explained_variance_ratio_))
print("IRIS_FIRST", rounded(pca.components_[0]))

for k in (2, 3, 4):
    labels = KMeans(k, n_init=50, random_state=0).fit_predict(iris)
    print("IRIS_RATIOS", k, round(calinski_harabasz_score(iris, labels), 9))

for method in ("ward", "average", "complete", "single"):
    for name, points in (("iris", iris), ("ruspini", ruspini)):
        tree = linkage(points, method)
        sizes = sorted(np.bincount(fcluster(tree, 4, "maxclust"))[1:].tolist())
        heights = tree[:, 2]
        print(method, name, "sum", round(float(heights.sum()), 9), "last", rounded(heights[-4:], 9), "four", sizes)

# 240 customers by plain arithmetic, as `arithmetic` in crates/engine/src/analysis/rfm/tests.rs makes them.
customers = pd.DataFrame({
    "recency": [37 * i % 101 for i in range(240)],
    "frequency": [1 + i * i % 7 for i in range(240)],
})
for name, column in customers.items():
    edges = column.quantile([0.2, 0.4, 0.6, 0.8]).tolist()
    sizes = pd.qcut(column, 5, duplicates="drop").value_counts(sort=False).tolist()
    print("rfm", name, rounded(edges), sizes)
