"""CDNOW's customers as the tests of lifetime value take them, and the numbers they are held against, from lifetimes.

    python3 -m venv venv && venv/bin/pip install lifetimes==0.11.3
    venv/bin/python tests/reference/lifetime.py > crates/engine/testdata/cdnow.csv

Written are 2,357 customers: repeat purchases, days to the last of them, days watched, mean money of the repeat purchases, and
purchases in the 39 weeks after. The fitted parameters are written to standard error.
"""

import sys
import warnings

warnings.filterwarnings("ignore")
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.datasets import load_cdnow_summary_data_with_monetary_value as load
from lifetimes.datasets import load_dataset
from lifetimes.utils import calibration_and_holdout_data

data = load()
purchases = load_dataset("CDNOW_sample.txt", header=None, names=["all", "id", "date", "n", "money"], sep=r"\s+")
watched = calibration_and_holdout_data(
    purchases, "id", "date", "19970930", "19980630", datetime_format="%Y%m%d", monetary_value_col="money"
)
print("repeats,last_days,days,money,later")
for row in watched.itertuples():
    money = f"{row.monetary_value_cal:.10g}"
    print(f"{row.frequency_cal:.0f},{row.recency_cal:.0f},{row.T_cal:.0f},{money},{row.frequency_holdout:.0f}")

weeks = (watched.frequency_cal, watched.recency_cal / 7, watched.T_cal / 7)
fit = BetaGeoFitter().fit(*weeks, tol=1e-12)
print(fit.params_.to_dict(), -fit._negative_log_likelihood_ * len(watched), file=sys.stderr)
print(repr(float(fit.predict(39, 2, 30.43, 38.86))), repr(float(fit.conditional_probability_alive(2, 30.43, 38.86)[0])), file=sys.stderr)
print(repr(float(fit.expected_number_of_purchases_up_to_time(52))), file=sys.stderr)
repeat = watched[watched.frequency_cal > 0]
spend = GammaGammaFitter().fit(repeat.frequency_cal, repeat.monetary_value_cal, tol=1e-9)
print(spend.params_.to_dict(), -spend._negative_log_likelihood_ * len(repeat), len(repeat), file=sys.stderr)
print(repr(float(spend.conditional_expected_average_profit(2, 40))), file=sys.stderr)
