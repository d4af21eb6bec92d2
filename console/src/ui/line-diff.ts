export type DiffLine = { readonly sign: '=' | '-' | '+'; readonly text: string }

/** Beyond so many pairs of lines nothing is compared: what is between the lines that begin and end alike stands as replaced. */
const MOST_PAIRS = 1_000_000

/** What has to be removed and added, line by line, with as many lines kept as possible. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const [old, now] = [linesOf(before), linesOf(after)]
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ sign: '=', text }))
  return [
    ...same(old.slice(0, start)),
    ...changed(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...same(old.slice(old.length - end)),
  ]
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.split('\n'))

function changed(old: readonly string[], now: readonly string[]): DiffLine[] {
  const removed = old.map((text): DiffLine => ({ sign: '-', text }))
  const added = now.map((text): DiffLine => ({ sign: '+', text }))
  if (old.length * now.length > MOST_PAIRS) return [...removed, ...added]
  // kept[i][j]: how many lines the ends of both, from i and from j on, have in common.
  const width = now.length + 1
  const kept = new Uint32Array((old.length + 1) * width)
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      kept[i * width + j] =
        old[i] === now[j]
          ? kept[(i + 1) * width + j + 1]! + 1
          : Math.max(kept[(i + 1) * width + j]!, kept[i * width + j + 1]!)
  const lines: DiffLine[] = []
  let i = 0
  let j = 0
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push({ sign: '=', text: old[i++]! })
      j++
    } else if (j === now.length || (i < old.length && kept[(i + 1) * width + j]! >= kept[i * width + j + 1]!))
      lines.push(removed[i++]!)
    else lines.push(added[j++]!)
  }
  return lines
}

export type DiffPart = { readonly skipped: number } | DiffLine

/** The lines that differ with a few around them; what lies between is counted. */
export function shortened(lines: readonly DiffLine[], around = 3): DiffPart[] {
  const shown = lines.map((_, at) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some((line) => line.sign !== '='),
  )
  const parts: DiffPart[] = []
  let skipped = 0
  for (const [at, line] of lines.entries()) {
    if (!shown[at]) skipped++
    else {
      if (skipped > 0) parts.push({ skipped })
      skipped = 0
      parts.push(line)
    }
  }
  if (skipped > 0) parts.push({ skipped })
  return parts
}
