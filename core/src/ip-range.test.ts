import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inIpRange, isIpRange } from './ip-range.ts'

const groupsOf = (address: bigint) =>
  Array.from({ length: 8 }, (_, i) => Number((address >> BigInt(112 - 16 * i)) & 0xffffn))
const dotted = (address: bigint) => [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.')

/** The ways in which one IPv6 address may be written. */
function spellings(address: bigint): string[] {
  const groups = groupsOf(address).map((group) => group.toString(16))
  const full = groups.join(':')
  const padded = groups.map((group) => group.padStart(4, '0').toUpperCase()).join(':')
  const mixed = `${groups.slice(0, 6).join(':')}:${dotted(address & 0xffffffffn)}`
  const from = groups.indexOf('0')
  if (from === -1) return [full, padded, mixed]
  let to = from
  while (groups[to] === '0') to++
  return [full, padded, mixed, `${groups.slice(0, from).join(':')}::${groups.slice(to).join(':')}`]
}

const bits = (most: bigint) => fc.bigInt({ min: 0n, max: (1n << most) - 1n })
/** Often with long runs of zeros, which can be written shortly. */
const sparse = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n))

describe('an address is in a range when its first bits are the range’s, however both are written', () => {
  test('IPv4', () => {
    fc.assert(
      fc.property(
        bits(32n),
        bits(32n),
        fc.integer({ min: 0, max: 32 }),
        fc.integer({ min: 0, max: 32 }),
        (a, b, n, keep) => {
          // Often the addresses share a beginning.
          const near =
            keep === 0 ? b : ((a >> BigInt(32 - keep)) << BigInt(32 - keep)) | (b & ((1n << BigInt(32 - keep)) - 1n))
          const shift = BigInt(32 - n)
          expect(inIpRange(dotted(near), `${dotted(a)}/${n}`)).toBe(near >> shift === a >> shift)
        },
      ),
    )
  })

  test('IPv6', () => {
    fc.assert(
      fc.property(
        sparse,
        bits(128n),
        fc.integer({ min: 0, max: 128 }),
        fc.integer({ min: 0, max: 128 }),
        (a, b, n, keep) => {
          const rest = BigInt(128 - keep)
          const near = ((a >> rest) << rest) | (b & ((1n << rest) - 1n))
          const shift = BigInt(128 - n)
          for (const range of spellings(a))
            for (const address of spellings(near)) {
              expect(isIpRange(`${range}/${n}`)).toBe(true)
              expect(inIpRange(address, `${range}/${n}`)).toBe(near >> shift === a >> shift)
            }
        },
      ),
    )
  })
})

test.each([
  '',
  '/',
  '/8',
  '10.0.0.0',
  '10.0.0.0/',
  '10.0.0.0/-1',
  '10.0.0.0/08',
  '10.0.0.0/33',
  '10.0.0.0/8/8',
  '10.0.0/8',
  '10.0.0.0.0/8',
  '10.0.0.0x/8',
  ' 10.0.0.0/8',
  '1e1.0.0.0/8',
  '0x0a.0.0.0/8',
  ':/8',
  ':::/8',
  '1:2:3:4:5:6:7/8',
  '1:2:3:4:5:6:7:8:9/8',
  '1:2:3:4::5:6:7:8/8',
  '1::2::3/8',
  '12345::/8',
  'g::/8',
  '::/129',
  '::10.0.0/8',
  '10.0.0.0::/8',
  'fe80::1%eth0/8',
  '[::]/8',
  `${'0'.repeat(60)}::/8`,
])('is no range: «%s»', (text) => {
  expect(isIpRange(text)).toBe(false)
  expect(inIpRange('10.0.0.1', text)).toBe(false)
})
