/**
 * A partition, or the expression that names one: `dt=$[yyyymmdd-1]`, `dt=20261121/region=eu`. Here it is rows whose columns have these values, as texts.
 */
export type PartitionPart = { readonly column: string; readonly value: string }

const MOST_PARTS = 8
const PART = /^\s*([\p{L}_][\p{L}\p{N}_$]{0,62})\s*=\s*(.*?)\s*$/u

/** Null where it cannot be read. Values may stand in quotes. */
export function readPartition(text: string): readonly PartitionPart[] | null {
  const parts = text.split(/[/,]/).map((part) => {
    const found = PART.exec(part)
    return found === null ? null : { column: found[1]!, value: found[2]!.replace(/^(['"])(.*)\1$/, '$2') }
  })
  const read = parts.filter((part) => part !== null)
  const columns = new Set(read.map(({ column }) => column))
  return read.length === parts.length && columns.size === read.length && read.length <= MOST_PARTS ? read : null
}

export function partitionText(parts: readonly PartitionPart[]): string {
  return parts.map(({ column, value }) => `${column}=${value}`).join('/')
}
