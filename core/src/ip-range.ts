/** Addresses and ranges of them (CIDR), IPv4 and IPv6, as text. An address of one family is never in a range of the other. */

/** The longest way to write an IPv6 address. */
const MOST_CHARACTERS = 45

/** Whether the text is a range such as `10.0.0.0/24` or `2001:db8::/32`; bits behind the prefix are allowed and ignored. */
export function isIpRange(text: string): boolean {
  return readRange(text) !== null
}

/** Whether the text is an address inside the range. Any other text is in no range. */
export function inIpRange(text: string, range: string): boolean {
  const address = readAddress(text)
  const within = readRange(range)
  if (address === null || within === null || address.length !== within.bytes.length) return false
  return address.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, within.prefix - index * 8))
    return byte >> (8 - bits) === within.bytes[index]! >> (8 - bits)
  })
}

function readRange(text: string): { readonly bytes: readonly number[]; readonly prefix: number } | null {
  const [, address, prefix] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? []
  const bytes = readAddress(address ?? '')
  return bytes === null || Number(prefix) > bytes.length * 8 ? null : { bytes, prefix: Number(prefix) }
}

/** The four or sixteen bytes of an address; null for any other text. */
function readAddress(text: string): readonly number[] | null {
  if (text.length > MOST_CHARACTERS) return null
  return text.includes(':') ? readIpv6(text) : readIpv4(text)
}

function readIpv4(text: string): readonly number[] | null {
  const parts = text.split('.')
  const whole = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  return whole ? parts.map(Number) : null
}

function readIpv6(text: string): readonly number[] | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const read = halves.map((half, index) => readGroups(half, index === halves.length - 1))
  const [head, tail] = read
  if (head === null || tail === null || head === undefined) return null
  if (tail === undefined) return head.length === 16 ? head : null
  const gap = 16 - head.length - tail.length
  return gap < 2 ? null : [...head, ...new Array<number>(gap).fill(0), ...tail]
}

/** The bytes of groups parted by colons; the last may be an IPv4 address where the text ends with it. */
function readGroups(text: string, last: boolean): readonly number[] | null {
  if (text === '') return []
  const groups = text.split(':')
  const bytes: number[] = []
  for (const [index, group] of groups.entries()) {
    const ipv4 = last && index === groups.length - 1 ? readIpv4(group) : null
    if (ipv4 !== null) bytes.push(...ipv4)
    else if (/^[0-9a-f]{1,4}$/i.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255)
    else return null
  }
  return bytes
}
