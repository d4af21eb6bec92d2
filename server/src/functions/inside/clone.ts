/** structuredClone for what the isolate has: plain data, arrays, dates, maps, sets, patterns, errors, bytes; cycles stay cycles. */

export function structuredClone<T>(value: T): T {
  return copy(value, new Map()) as T
}

function copy(value: unknown, seen: Map<object, unknown>): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw uncloneable(String(value))
  if (typeof value !== 'object' || value === null) return value
  if (seen.has(value)) return seen.get(value)
  const made = <V extends object>(one: V): V => {
    seen.set(value, one)
    return one
  }
  if (value instanceof Date) return made(new Date(value.getTime()))
  if (value instanceof RegExp) return made(new RegExp(value.source, value.flags))
  if (value instanceof ArrayBuffer) return made(value.slice(0))
  if (ArrayBuffer.isView(value)) {
    const Kind = value.constructor as new (buffer: ArrayBuffer) => ArrayBufferView
    return made(new Kind((value.buffer as ArrayBuffer).slice(value.byteOffset, value.byteOffset + value.byteLength)))
  }
  if (value instanceof Map) {
    const map = made(new Map())
    for (const [key, one] of [...value]) map.set(copy(key, seen), copy(one, seen))
    return map
  }
  if (value instanceof Set) {
    const set = made(new Set())
    for (const one of [...value]) set.add(copy(one, seen))
    return set
  }
  if (value instanceof Error) {
    const Kind = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError }[value.name] ?? Error
    const error = made(new Kind(value.message))
    Object.defineProperty(error, 'stack', { value: value.stack, writable: true, configurable: true })
    return error
  }
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet)
    throw uncloneable('an object of its kind')
  const plain = made(Array.isArray(value) ? new Array(value.length) : {}) as Record<string, unknown>
  for (const key of Object.keys(value)) {
    const one = copy((value as Record<string, unknown>)[key], seen)
    Object.defineProperty(plain, key, { value: one, writable: true, configurable: true, enumerable: true })
  }
  return plain
}

function uncloneable(what: string): Error {
  const error = new Error(`${what} could not be cloned`)
  error.name = 'DataCloneError'
  return error
}
