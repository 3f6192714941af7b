import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { tryExpression } from "../../src/forms/tryExpression";
import { setCatalogue } from "../../src/shell/words";

beforeAll(() => setCatalogue("en-US", JSON.parse(readFileSync("../locales/en-US/editor.json", "utf8"))));

test("an expression is given the message, or what names it", async () => {
  expect(await tryExpression("$uppercase(payload)", { payload: "a" })).toBe("A");
  expect(await tryExpression("msg.payload & '!'", { payload: "a" })).toBe("a!");
  expect(await tryExpression("payload.msg", { payload: { msg: 1 } })).toBe(1);
  expect(await tryExpression("$clone(payload)", { payload: { b: 1 } })).toEqual({ b: 1 });
});

test.each(["env", "flowContext", "globalContext", "moment"])("$%s is said to be known only to the flow", async (name) => {
  await expect(tryExpression(`$${name}("a")`, {})).rejects.toThrow(`$${name} is known only where the flow runs`);
});

test("what never ends is given up", async () => {
  await expect(tryExpression("($f := function($n) { $f($n + 1) }; $f(0))", {})).rejects.toThrow("takes too long");
});
