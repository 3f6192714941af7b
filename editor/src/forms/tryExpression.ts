/** Evaluates an expression as a flow would, as far as a page can. */
import jsonata from "jsonata";
import { t } from "../shell/words";

/** An expression that names msg is one from the days when expressions were given `{msg: msg}`. */
const NAMES_MSG = /(?:^|[^a-zA-Z0-9_'".])msg(?:[^a-zA-Z0-9_'"]|$)/;
/** What these give is known only where the flow runs. */
const ELSEWHERE = ["env", "flowContext", "globalContext", "moment"];
const LONGEST_MS = 2000;

export function tryExpression(text: string, message: unknown): Promise<unknown> {
  const expression = jsonata(text);
  expression.registerFunction("clone", (value: unknown) => value, "<(oa)-:o>");
  for (const name of ELSEWHERE) expression.registerFunction(name, () => { throw new Error(t("expression.elsewhere", { name: `$${name}` })); });
  // One that never ends would take the page with it.
  const begun = Date.now();
  expression.assign(Symbol.for("jsonata.__evaluate_entry") as unknown as string, () => {
    if (Date.now() - begun > LONGEST_MS) throw new Error(t("expression.tooLong"));
  });
  return expression.evaluate(NAMES_MSG.test(text) ? { msg: message } : message);
}
