"""Times PySAL's segregation on the table that BenchmarkPeer in segregation/peer_bench_test.go makes by the same formula. One line a piece of work:
seconds by the clock and of processor time, best of some runs. Needs: pip install segregation (which brings geopandas and numba).
"""
import math, resource, sys, time, warnings

import geopandas, numpy as np, pandas as pd
from shapely.geometry import Polygon

warnings.filterwarnings("ignore")
from segregation import dynamics, multigroup, singlegroup
from segregation.inference import SingleValueTest

COLUMNS, ROWS, GROUPS = 57, 59, 5
slow = "--slow" in sys.argv


def table():
    base = [1500, 700, 450, 300, 140, 90, 60, 40]
    x, out = 12345, []
    for _ in range(COLUMNS * ROWS):
        for g in range(GROUPS):
            x = (1103515245 * x + 12345) % 2**31
            u = x / 2**31
            out.append(math.floor(base[g] * 3 * u * u))
    return np.array(out, dtype=float).reshape(-1, GROUPS)


def hexagon(x, y):
    r = 1000 / math.sqrt(3)
    return Polygon([(round(x + r * math.sin(k * math.pi / 3), 3), round(y + r * math.cos(k * math.pi / 3), 3)) for k in range(6)])


names = [f"g{g + 1}" for g in range(GROUPS)]
df = pd.DataFrame(table(), columns=names)
df["tot"] = df[names].sum(axis=1)
gdf = geopandas.GeoDataFrame(
    df, geometry=[hexagon(500000 + 1000 * (c + 0.5 * (r % 2)), 6500000 + 866.025 * r) for r in range(ROWS) for c in range(COLUMNS)], crs=3006)


def timed(work, do, runs=3):
    best = None
    for _ in range(runs):
        cpu, wall = time.process_time(), time.perf_counter()
        do()
        now = (time.perf_counter() - wall, time.process_time() - cpu)
        best = now if best is None or now < best else best
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"pysal work={work:<28} {best[0]:10.4f} s  {best[1]:10.4f} cpu-s  peak {peak:7.0f} MB", flush=True)


single = [singlegroup.Dissim, singlegroup.Gini, singlegroup.Entropy, singlegroup.Atkinson, singlegroup.Isolation, singlegroup.Interaction, singlegroup.CorrelationR,
          singlegroup.MinMax, singlegroup.ConProf]
many = [multigroup.MultiDissim, multigroup.MultiDivergence, multigroup.MultiDiversity, multigroup.MultiGini, multigroup.MultiInfoTheory, multigroup.MultiNormExposure,
        multigroup.MultiRelativeDiversity, multigroup.MultiSquaredCoefVar, multigroup.SimpsonsConcentration, multigroup.SimpsonsInteraction]
print(f"pysal data: {len(df)} units, {df.tot.sum():.0f} persons, D {singlegroup.Dissim(df, 'g2', 'tot').statistic:.12f}, "
      f"H {multigroup.MultiInfoTheory(df, names).statistic:.12f}")
timed("two-groups-closed (nine)", lambda: [m(df, "g2", "tot") for m in single])
timed("many-groups (ten)", lambda: [m(df, names) for m in many])
timed("bias-corrected-d, 500 draws", lambda: singlegroup.BiasCorrectedDissim(df, "g2", "tot"), 1)
timed("profile-triangular", lambda: dynamics.compute_multiscalar_profile(gdf, multigroup.MultiInfoTheory, groups=names, distances=[1000, 2000, 4000, 8000]), 1)
timed("profile-gaussian", lambda: dynamics.compute_multiscalar_profile(gdf, multigroup.MultiInfoTheory, groups=names, distances=[1000, 2000, 4000, 8000], function="gaussian"), 1)
timed("spatial-proximity", lambda: singlegroup.SpatialProximity(gdf, "g2", "tot"), 1)
tenth = df.copy()
tenth[names] = (tenth[names] / 10).round()
tenth["tot"] = tenth[names].sum(axis=1)
timed("person-permutation-d, 4 of 1/10", lambda: SingleValueTest(singlegroup.Dissim(tenth, "g2", "tot"), iterations_under_null=4, null_approach="person_permutation", n_jobs=1), 1)
if slow:
    timed("density-corrected-d", lambda: singlegroup.DensityCorrectedDissim(df, "g2", "tot"), 1)
    timed("spatial-proximity-profile", lambda: singlegroup.SpatialProxProf(gdf, "g2", "tot"), 1)
    timed("distortion", lambda: multigroup.GlobalDistortion(gdf, names), 1)
