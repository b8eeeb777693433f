import { expect, test } from "vitest";

import { changes, fieldsOf, fixed, isFitting, isShown, keeping, placed, problems, type Schema, sectionsOf, startOf, tabsOf, whereIs, without } from "./schema";

const livechat: Schema = {
  type: "object",
  required: ["name", "destination"],
  $defs: {
    Kind: { type: "string", enum: ["full_name", "email"], labels: { full_name: "Full Name", email: "Email" } },
    Destination: { type: "object", required: ["values"], properties: { values: { type: "array", title: "Queues", choices: "/v1/queues", choice_value: "number", minItems: 1, items: { type: "string" } } } },
    Holiday: { type: "object", required: ["date"], properties: { date: { type: "string", format: "date", title: "Date" } } },
  },
  properties: {
    name: { type: "string", title: "Name", maxLength: 10, section: "Basics" },
    destination: { $ref: "#/$defs/Destination", title: "Destination" },
    ask: { type: "boolean", title: "Ask", default: true, section: "Visitor" },
    kinds: { type: "array", title: "Info Type", items: { $ref: "#/$defs/Kind" }, control: "checkboxes", when: { field: "ask", is: true } },
    days: { anyOf: [{ type: "integer", minimum: 1, maximum: 9 }, { type: "null" }], title: "Days", section: "Basics" },
    holidays: { type: "array", title: "Holidays", items: { $ref: "#/$defs/Holiday" } },
  },
};
const fields = fieldsOf(livechat);
const field = (name: string) => fields.find((each) => each.name === name)!;

test("controls follow from the schema where no hint names them", () => {
  expect(fields.map((each) => each.control)).toEqual(["text", "group", "switch", "checkboxes", "number", "rows"]);
  expect(field("destination").fields[0]!.control).toBe("multiselect");
  expect(field("destination").fields[0]!.source).toEqual({ path: "/v1/queues", value: "number", label: "name" });
  expect(field("kinds").options).toEqual([
    { value: "full_name", label: "Full Name" },
    { value: "email", label: "Email" },
  ]);
});

test("what may be null is not required, and keeps the bounds of what it else is", () => {
  expect(field("days")).toMatchObject({ nullable: true, required: false, minimum: 1, maximum: 9, whole: true });
});

test("a long form has tabs, and each problem is in one of them", () => {
  const long: Schema = { ...livechat, tabs: [{ title: "General", sections: ["Basics"] }, { title: "Guests", sections: ["Visitor"] }, { title: "Empty", sections: [] }] };
  const tabs = tabsOf(long, sectionsOf(fields));
  expect(tabs.map((tab) => [tab.title, tab.sections.map((section) => section.title)])).toEqual([
    ["General", ["Basics"]],
    ["Guests", ["Visitor"]],
  ]);
  expect(whereIs("kinds", tabs)).toEqual({ tab: 1, title: "Info Type" });
  expect(whereIs("holidays.0.date", tabs)).toEqual({ tab: 0, title: "Holidays › 1 › Date" });
  expect(whereIs("nothing", tabs)).toBeNull();
  expect(tabsOf(livechat, sectionsOf(fields))).toHaveLength(1);
});

test("a field that names no section belongs to the one before it", () => {
  expect(sectionsOf(fields).map((section) => [section.title, section.fields.map((each) => each.name)])).toEqual([
    ["Basics", ["name", "destination", "days", "holidays"]],
    ["Visitor", ["ask", "kinds"]],
  ]);
});

test("a new object begins with the schema's defaults and with nothing else", () => {
  expect(startOf(fields, {})).toEqual({ name: "", destination: { values: [] }, ask: true, kinds: [], days: null, holidays: [] });
});

test("a condition shows a field only while it holds", () => {
  expect(isShown(field("kinds"), { ask: true })).toBe(true);
  expect(isShown(field("kinds"), { ask: false })).toBe(false);
});

test("what hangs on a field that is hidden is hidden as well", () => {
  const [, , date] = fieldsOf({
    properties: {
      type: { type: "string" },
      repeat: { type: "string", when: { field: "type", is: "announcement" } },
      date: { type: "string", when: { field: "repeat", is: "once" } },
    },
  });
  expect(isShown(date!, { type: "announcement", repeat: "once" })).toBe(true);
  expect(isShown(date!, { type: "announcement", repeat: "daily" })).toBe(false);
  expect(isShown(date!, { type: "two_way", repeat: "once" })).toBe(false);
});

test("what the server asks for in its own words is marked, and left to it", () => {
  const [name] = fieldsOf({ properties: { name: { type: "string", default: "", needed: true } } });
  expect(name!.required).toBe(true);
  expect(problems([name!], { name: "" })).toEqual({});
});

test("a field may look at itself", () => {
  const [own] = fieldsOf({ properties: { fax: { type: "boolean", when: { field: "fax", is: [] } } } });
  expect(isShown(own!, { fax: true })).toBe(false);
});

test("only what was touched is sent", () => {
  const start = startOf(fields, { name: "Shop", days: 3 });
  expect(changes(fields, start, { ...start, days: null })).toEqual({ days: null });
});

test("problems stand at the path of their field, in groups and rows too", () => {
  const values = { ...startOf(fields, {}), name: "A name that is long", days: 10, holidays: [{ date: "2026-12-24" }, { date: "" }] };
  expect(Object.keys(problems(fields, values))).toEqual(["name", "destination.values", "days", "holidays.1.date"]);
});

test("hidden fields are not asked for", () => {
  const hidden = fieldsOf({ type: "object", required: ["why"], properties: { on: { type: "boolean" }, why: { type: "string", when: { field: "on", is: true } } } });
  expect(problems(hidden, { on: false, why: "" })).toEqual({});
  expect(Object.keys(problems(hidden, { on: true, why: "" }))).toEqual(["why"]);
});

test("what is no number is refused before it is sent", () => {
  expect(Object.keys(problems(fields, { ...startOf(fields, {}), name: "Shop", destination: { values: ["6500"] }, days: "ten" }))).toEqual(["days"]);
});

test("what is wrong with a hidden field is told aside", () => {
  expect(placed(fields, { ask: false }, { kinds: "Unknown." })).toEqual({ fields: {}, rest: ["Unknown."] });
});

test("what the server refuses finds its field, and what fits none is told aside", () => {
  expect(placed(fields, startOf(fields, {}), { name: "Taken.", "destination.values.0": "Gone.", "holidays.1.date": "Past.", "holidays.2": "Twice.", body: "No." })).toEqual({
    fields: { name: "Taken.", "destination.values": "Gone.", "holidays.1.date": "Past.", holidays: "Twice." },
    rest: ["No."],
  });
});

test("a secret that is kept need not be given again, and what is decided elsewhere not at all", () => {
  const given = fieldsOf({ type: "object", required: ["password", "number"], properties: { password: { type: "string", secret: true }, number: { type: "string" } } });
  expect(Object.keys(problems(keeping(given, ["password"]), { password: "", number: "" }))).toEqual(["number"]);
  expect(problems(keeping(fixed(given, { number: "It stays." }), ["password"]), {})).toEqual({});
});

test("rows are filtered by parts of texts and by members of lists, which all have to fit", () => {
  const row = { number: "4930111", name: "Sales Süd", extensions: ["1000", "1001"] };
  expect(isFitting(row, {})).toBe(true);
  expect(isFitting(row, { number: "111", name: "süd" })).toBe(true);
  expect(isFitting(row, { extensions: "1001" })).toBe(true);
  expect(isFitting(row, { extensions: "001" })).toBe(false);
  expect(isFitting(row, { number: "111", extensions: "1002" })).toBe(false);
});

test("what is typed takes away its own problem and those within, and leaves the others untouched", () => {
  const told = { name: "Missing", "holidays.0.date": "Wrong" };
  expect(without(told, "holidays")).toEqual({ name: "Missing" });
  expect(without(told, "name")).toEqual({ "holidays.0.date": "Wrong" });
  expect(without(told, "nam")).toBe(told); // the same one: no field is drawn anew for it
});
