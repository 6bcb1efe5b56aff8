# What a user of pxstatspy does: python3 read_pxstatspy.py ADDRESS-OF-API. Prints what it read, for the test to look at.
import sys
from pxstatspy import PxAPI, PxAPIConfig

api = PxAPI(PxAPIConfig(base_url=sys.argv[1], language="en"))
print("cells", api.max_data_cells)
print("tables", len(api.find_tables_as_dataframe(query="background")))
meta = api.get_table_metadata("background_regso")
print("roles", meta["role"]["time"], meta["role"]["geo"], meta["role"]["metric"])
frame = api.get_data_as_dataframe("background_regso", value_codes={"regso": ["0180R00*"], "background": ["total"], "year": ["TOP(1)"], "ContentsCode": ["NPersons"]})
print("rows", len(frame), "sum", frame[frame.columns[-1]].astype(float).sum())
groups = api.get_table_data("background_regso", value_codes={"regso": ["*"], "background": ["total"], "year": ["2023"], "ContentsCode": ["NPersons"]}, code_lists={"regso": "agg_regso-2020_kommun"})
print("groups", groups["size"][0], "sum", sum(groups["value"]))
try:
    api.get_table_data("background_regso", value_codes={"regso": ["9999"], "year": ["2023"], "ContentsCode": ["NPersons"]})
except Exception as e:
    print("problem", e)
