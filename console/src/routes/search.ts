/** What stands after the `?` is plain text, one value per name; each route takes what it knows and drops the rest. */
export type Search = Readonly<Record<string, unknown>>
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
export const number = (value: unknown): number | undefined =>
  /^\d{1,16}$/.test(String(value)) ? Number(value) : undefined
export const instant = (value: unknown): string | undefined =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : undefined
export const day = (value: unknown): string | undefined => {
  const given = text(value)
  return given !== undefined && /^\d{4}-\d\d-\d\d$/.test(given) && !Number.isNaN(Date.parse(given)) ? given : undefined
}
export const yes = (value: unknown): true | undefined => (value === 'true' || value === true ? true : undefined)
export function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((one) => one === value)
}
