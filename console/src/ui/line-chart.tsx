import { useElementSize } from '@mantine/hooks'
import { ticksOf } from './scale.ts'
import './line-chart.css'

export type ChartPoint = {
  readonly key: string
  /** Where it stands, in milliseconds. */
  readonly at: number
  /** Null: there is none, and the line is broken. */
  readonly value: number | null
  /** All that it says, in words. */
  readonly title: string
  /** Points with a mark are drawn; its shape tells it apart, not its colour alone. */
  readonly mark?: 'good' | 'warning' | 'bad'
}

type Props = {
  label: string
  /** In the order of time. */
  points: readonly ChartPoint[]
  /** From when to when; the first and the last point unless said otherwise. */
  range?: readonly [number, number]
  number: (value: number) => string
  time: (at: number) => string
  /** Lines across, such as what a value may be at most. */
  limits?: readonly { readonly value: number; readonly text: string; readonly look: 'warning' | 'bad' | 'expected' }[]
  filled?: boolean
}

const HEIGHT = 220
const LEFT = 64
const RIGHT = 16
const TOP = 14
const BOTTOM = 28
const WIDTH_OF_A_TIME = 110

/** Values over time as a line. What it shows has to stand beside it as a table, too. */
export function LineChart({ label, points, range, number, time, limits = [], filled = false }: Props) {
  const { ref, width } = useElementSize()
  const values = [...points.flatMap(({ value }) => value ?? []), ...limits.map(({ value }) => value)]
  const [from, to] = range ?? [points[0]?.at ?? 0, points.at(-1)?.at ?? 0]
  const least = Math.min(...values, ...(filled ? [0] : []))
  const ticks = ticksOf(Number.isFinite(least) ? least : 0, Math.max(...values, filled ? 1 : least), 4)
  const bottom = ticks[0]!
  const top = ticks.at(-1)!
  const inside = Math.max(0, width - LEFT - RIGHT)
  const x = (at: number) => LEFT + (to === from ? inside / 2 : ((at - from) / (to - from)) * inside)
  const y = (value: number) => TOP + ((top - value) / (top - bottom)) * (HEIGHT - TOP - BOTTOM)
  const room = Math.max(1, Math.min(6, Math.floor(inside / WIDTH_OF_A_TIME)))
  // Few points are named themselves: between them there may be nothing that has a name.
  const times = points.length <= room + 1 ? [...new Set(points.map(({ at }) => at))] : timesOf(from, to, room)
  const lines = unbroken(points)
  return (
    <div ref={ref} className="line-chart">
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={label}>
          {ticks.map((tick) => (
            <g key={tick}>
              <line className="grid" x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
              <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end">
                {number(tick)}
              </text>
            </g>
          ))}
          {times.map((at, index) => (
            <text
              key={at}
              x={x(at)}
              y={HEIGHT - 8}
              textAnchor={
                times.length === 1 ? 'middle' : index === times.length - 1 ? 'end' : index === 0 ? 'start' : 'middle'
              }
            >
              {time(at)}
            </text>
          ))}
          {limits.map(({ value, text, look }) => (
            <g key={`${look} ${text}`} className="limit" data-look={look}>
              <line x1={LEFT} x2={width - RIGHT} y1={y(value)} y2={y(value)} />
              <text x={LEFT + 4} y={y(value) - 4}>
                {text}
              </text>
            </g>
          ))}
          {lines.map((line) => {
            const path = line.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' L')
            const first = line[0]!
            return (
              <g key={first.key}>
                {filled && (
                  <path
                    className="area"
                    d={`M${x(first.at)},${y(bottom)} L${path} L${x(line.at(-1)!.at)},${y(bottom)}Z`}
                  />
                )}
                <path className="line" d={`M${path}`} />
              </g>
            )
          })}
          {points.map(
            (point) =>
              point.mark !== undefined &&
              point.value !== null && (
                <Mark key={point.key} x={x(point.at)} y={y(point.value)} mark={point.mark} title={point.title} />
              ),
          )}
        </svg>
      )}
    </div>
  )
}

function Mark({ x, y, mark, title }: { x: number; y: number; mark: NonNullable<ChartPoint['mark']>; title: string }) {
  return (
    <g className="mark" data-look={mark} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}>
      <title>{title}</title>
      {mark === 'good' && <circle r={4} />}
      {mark === 'warning' && <path d="M0,-6 L6,5 L-6,5Z" />}
      {mark === 'bad' && <path d="M-5,-5 L5,5 M5,-5 L-5,5" />}
    </g>
  )
}

type Valued = ChartPoint & { readonly value: number }

/** What follows each other without a gap. */
function unbroken(points: readonly ChartPoint[]): readonly (readonly Valued[])[] {
  const lines: Valued[][] = [[]]
  for (const point of points) {
    if (point.value !== null) lines.at(-1)!.push(point as Valued)
    else if (lines.at(-1)!.length > 0) lines.push([])
  }
  return lines.filter((line) => line.length > 0)
}

const timesOf = (from: number, to: number, count: number): readonly number[] =>
  to === from ? [from] : Array.from({ length: count + 1 }, (_, at) => from + ((to - from) * at) / count)
