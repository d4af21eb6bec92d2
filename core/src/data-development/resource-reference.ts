/** How a shell or Python program names the resources that it wants beside it: in a comment, `##@resource_reference{"rates.csv"}`. */

/** Resources that one program names at most. */
export const MAX_NAMED_RESOURCES = 20

/** Each once, in the order in which they are named; those beyond the limit too, so that it can be said that they are too many. */
export function resourcesNamedIn(content: string): readonly string[] {
  const found = [...content.matchAll(/@resource_reference\{"([^"\n]{1,128})"\}/g)].map(([, name]) => name!)
  return [...new Set(found)]
}
