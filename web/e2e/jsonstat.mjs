// What a user of jsonstat-toolkit and jsonstat-suite does: node jsonstat.mjs ADDRESS-OF-API. Prints what it read, for a test of package server to look at.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const JSONstat = require("jsonstat-toolkit");
const suite = require("jsonstat-suite");

const api = process.argv[2];
if (!api) process.exit(0); // a question whether the libraries are here

const read = async (path) => (await fetch(api + path)).json();
const text = await read("/tables/background_regso/data?valueCodes[regso]=*&valueCodes[background]=*&valueCodes[year]=*&valueCodes[ContentsCode]=*&lang=en");
const data = JSONstat(text).Dataset(0) ?? JSONstat(text);
console.log("class", data.class, "n", data.n, "ids", data.id.join(" "));
console.log("roles", data.role.time.join(), data.role.geo.join(), data.role.metric.join());
console.log("cell", data.Data({ regso: "0180R002", background: "svensk bakgrund", year: "2023", ContentsCode: "NPersons" }).value);
console.log("share", data.Data({ regso: "0180R002", background: "svensk bakgrund", year: "2023", ContentsCode: "SharePersons" }).value);
console.log("label", data.Dimension("background").Category("utländsk bakgrund").label, "unit", data.Dimension("ContentsCode").Category("SharePersons").unit.base);
const hidden = JSONstat(await read("/tables/pupils_kommun/data?valueCodes[kommun]=0180&valueCodes[background]=utl*&valueCodes[ContentsCode]=*"));
console.log("hidden", hidden.Data(0).value, hidden.Data(0).status);
// The suite turns a dataset into CSV and back without loss.
const csv = suite.toCSV(text, { status: false });
const back = JSONstat(suite.fromCSV(csv));
console.log("csv lines", csv.trim().split("\n").length, "read back", back.Dataset ? back.Dataset(0)?.n ?? back.n : back.n);
