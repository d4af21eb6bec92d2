/** Round numbers at even distances that reach from below the least to above the greatest: what stands beside a chart. */
export function ticksOf(least: number, most: number, about: number): readonly number[] {
  const span = most - least || Math.abs(most) || 1
  const rough = span / about
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power
  const first = Math.floor(least / step)
  const last = Math.max(Math.ceil(most / step), first + 1)
  // Whole steps times the step, so that 0.1 + 0.2 is 0.3.
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)))
}
