/** Keeps a value in a map that holds so many at most: the oldest makes room. */
export function keep<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, most: number): void {
  const [oldest] = map.keys()
  if (map.size >= most && oldest !== undefined && !map.has(key)) map.delete(oldest)
  map.set(key, value)
}
