// What the generated types must not allow. `tsc` fails here if it finds one of these right.
import * as codegen from "./by-codegen";
import * as tada from "./by-tada";

// @ts-expect-error a number is no date
const first: typeof codegen.asked = { ...codegen.asked, known: { birthDate: 2015 } };
// @ts-expect-error a number is no date
const second: typeof tada.asked = { ...tada.asked, known: { birthDate: 2015 } };
// @ts-expect-error there is no such purpose
const third: typeof codegen.asked = { ...codegen.asked, reason: { purpose: "CURIOSITY", justification: "" } };
// @ts-expect-error what is deferred may not be there yet
const fourth = ({ child }: Parameters<typeof codegen.isComplete>[0]): boolean => child!.completeness.complete;

export const wrong = [first, second, third, fourth];
