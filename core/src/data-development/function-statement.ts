/** The one statement of a function's file, and the one that removes what it made. */

const COMMENTS = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/
const CREATE =
  /^create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?(function|macro)\s+(?:if\s+not\s+exists\s+)?((?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)){0,2})\s*\(/iu

/** What drops the function that the statement creates; null where it creates none. */
export function dropOfFunction(content: string): string | null {
  const found = CREATE.exec(content.replace(COMMENTS, ''))
  return found === null ? null : `drop ${found[1]!.toLowerCase()} if exists ${found[2]}`
}
