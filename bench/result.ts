/** What a benchmark answers, and where it goes. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'

export type Result = {
  readonly value: number
  readonly limit: number
  /** value / limit */
  readonly ratio: number
  readonly unit: string
} & Readonly<Record<string, unknown>>

export type Options = {
  readonly profile: boolean
  readonly short: boolean
  /** Says how far it has come; never on standard output. */
  readonly tell: (line: string) => void
}

const RESULTS = join(import.meta.dirname, 'results')

/** `--json` prints exactly one object; without it the same is printed for reading. */
export function report(result: Result & { readonly name: string }, how: { json: boolean; save: boolean }): void {
  const whole = { ...result, measuredAt: new Date().toISOString(), machine: machine() }
  if (how.json) process.stdout.write(`${JSON.stringify(whole)}\n`)
  else {
    process.stdout.write(`${JSON.stringify(whole, null, 2)}\n`)
    process.stdout.write(
      `\n${result.name}: ${result.value} of ${result.limit} ${result.unit}, ratio ${result.ratio.toFixed(2)}\n`,
    )
  }
  if (!how.save) return
  mkdirSync(RESULTS, { recursive: true })
  const file = join(RESULTS, `${result.name}-${whole.measuredAt.slice(0, 10)}.json`)
  writeFileSync(file, `${JSON.stringify(whole, null, 2)}\n`)
}

/** What a figure depends on; nothing that names the machine. */
function machine() {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    loadAverage: loadAverage(),
  }
}

/** The load of the last minute includes the benchmark's own. */
function loadAverage(): string {
  try {
    return readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ')
  } catch {
    return 'unknown'
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
