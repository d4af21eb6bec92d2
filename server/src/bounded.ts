/** Keeps a value in a map that holds so many at most: the oldest makes room. */
export function keep<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, most: number): void {
  const [oldest] = map.keys()
  if (map.size >= most && oldest !== undefined && !map.has(key)) map.delete(oldest)
  map.set(key, value)
}

/** What reads or writes JSON calls itself for every level. */
export const MOST_LEVELS = 64

const [QUOTE, BACKSLASH, ...BRACKETS] = Buffer.from('"\\[{]}')
const [ARRAY, OBJECT, ARRAY_END, OBJECT_END] = BRACKETS

/** Whether JSON has more levels than that; what is none is told by its parser. */
export function isDeeperThan(json: Buffer, most: number): boolean {
  let depth = 0
  let quoted = false
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]
    if (byte === QUOTE) quoted = !quoted
    else if (quoted) {
      if (byte === BACKSLASH) at++
    } else if (byte === ARRAY || byte === OBJECT) {
      if (++depth > most) return true
    } else if (byte === ARRAY_END || byte === OBJECT_END) depth--
  }
  return false
}
