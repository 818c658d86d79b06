/** What is wrong with one record, as the rest of a sentence that begins with its place: "is not valid JSON; mend it". */
export class RecordProblem extends Error {}
