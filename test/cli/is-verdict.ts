/** The published schema of a verdict, as a check. */
import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

const schema = JSON.parse(readFileSync(new URL("../../docs/reference/verdict.v1alpha2.schema.json", import.meta.url), "utf8"));

/** Its `errors` say what is wrong. */
export const isVerdict: ValidateFunction = new Ajv2020({
  allErrors: true,
  formats: { "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ },
}).compile(schema);
