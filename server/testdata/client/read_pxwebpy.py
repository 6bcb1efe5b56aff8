# What a user of pxwebpy does: python3 read_pxwebpy.py ADDRESS-OF-API. Prints what it read, for the test to look at.
import sys
from pxweb import PxApi

api = PxApi(sys.argv[1], language="en", disable_cache=True)
print("tables", api.number_of_tables, len(api.search(query="background")["tables"]))
variables = api.get_table_variables("background_regso")
print("variables", *variables)
print("codelists", *[c["id"] for c in variables["regso"]["codelists"]])
print("groups", *[v["code"] for v in api.get_code_list("agg_regso-2020_kommun")["values"]])
for row in api.get_table_data("background_regso", value_codes={"regso": ["0180*"], "background": "*", "year": "2023", "ContentsCode": "NPersons"}, show="code"):
    print("row", *row.values(), sep="|")
for row in api.get_table_data("background_regso", value_codes={"regso": "*", "background": "total", "year": "2023", "ContentsCode": "NPersons"}, code_list={"regso": "agg_regso-2020_kommun"}, show="code"):
    print("kommun", *row.values(), sep="|")
print("default", len(api.get_table_data("population")))
print("hidden", api.get_table_data("pupils_kommun", value_codes={"kommun": "0180", "background": ["utl*"], "ContentsCode": "NPersons"})[0]["value"])
