/**
 * What an entry of the ledger that is about no user tells of, as an index knows it.
 *
 * @module
 */

/** What an entry without a subject tells of: the step whose retention has ended, or how far storage was cleared. */
export const FACT: string =
  "CASE WHEN json_valid(body) THEN coalesce(json_extract(body, '$.stepId'), json_extract(body, '$.level')) END"
