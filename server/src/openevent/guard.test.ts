import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outgoing, type Receiver, startReceiver, targetAt } from '../../../test/world.ts'
import { outboundPolicy } from './guard.ts'
import { httpSender } from './http-target.ts'

let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(() => receiver?.stop())

const refused = (address: string, allow: readonly string[] = []) =>
  outboundPolicy(allow).refuse(address, address) !== null

describe('deliveries go to public addresses only', () => {
  test.each([
    ['this machine', '127.0.0.1'],
    ['this machine, another of its addresses', '127.255.255.254'],
    ['no address in particular', '0.0.0.0'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['link-local, where clouds keep their credentials', '169.254.169.254'],
    ['shared, where one cloud keeps its credentials', '100.100.100.200'],
    ['documentation', '192.0.2.1'],
    ['benchmarking', '198.18.0.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['this machine', '::1'],
    ['no address in particular', '::'],
    ['unique local', 'fd00::1'],
    ['link-local', 'fe80::1'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['an IPv4 address inside 6to4', '2002:7f00:1::'],
    ['an IPv4 address behind NAT64', '64:ff9b::7f00:1'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped, in hexadecimal', '::ffff:7f00:1'],
    ['IPv4-mapped, private', '::ffff:a00:1'],
    ['IPv4-mapped, spelled out', '0:0:0:0:0:ffff:7f00:1'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['segment routing', '5f00::1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-compatible, in hexadecimal', '::7f00:1'],
  ])('%s: %s is refused', (_what, address) => expect(refused(address)).toBe(true))

  test.each([
    '1.1.1.1',
    '47.100.1.2',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '2606:4700:4700::1111',
    '::ffff:1.1.1.1',
    '::ffff:101:101',
  ])('%s is public', (address) => expect(refused(address)).toBe(false))

  test('what address a name leads to is in no sentence: else targets would read the DNS of the network that the server is in', () => {
    const policy = outboundPolicy([], ['1.1.1.1'])
    for (const address of ['10.1.2.3', 'fd00::1', '1.1.1.1']) {
      expect(policy.refuse(address, 'db.internal')).not.toContain(address)
      expect(policy.refuse(address, address)).toContain(address)
    }
  })

  test('what is no address is refused', () => {
    for (const text of ['', 'localhost', '127.1', '0x7f000001', '1.2.3.4.5']) expect(refused(text)).toBe(true)
  })

  test('an IPv4 address is judged the same however IPv6 writes it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a, b, c, d] = address.split('.').map(Number) as [number, number, number, number]
        const hex = `::ffff:${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
        expect(refused(`::ffff:${address}`)).toBe(refused(address))
        expect(refused(hex)).toBe(refused(address))
      }),
    )
  })
})

describe('the configuration may allow private destinations', () => {
  test('an address, a range, and nothing beside them', () => {
    expect(refused('10.1.2.3', ['10.1.2.3'])).toBe(false)
    expect(refused('10.1.2.4', ['10.1.2.3'])).toBe(true)
    expect(refused('10.1.255.1', ['10.1.0.0/16'])).toBe(false)
    expect(refused('10.2.0.1', ['10.1.0.0/16'])).toBe(true)
    expect(refused('fd00:1::5', ['fd00:1::/32'])).toBe(false)
    expect(refused('fd00:2::5', ['fd00:1::/32'])).toBe(true)
    expect(refused('::ffff:10.1.2.3', ['10.1.2.3'])).toBe(false)
  })

  test('a name allows whatever that name resolves to, in any case, and no other name', () => {
    const policy = outboundPolicy(['Extension.Internal'])
    expect(policy.refuse('10.0.0.1', 'extension.internal')).toBeNull()
    expect(policy.refuse('10.0.0.1', 'EXTENSION.internal')).toBeNull()
    expect(policy.refuse('10.0.0.1', 'other.internal')).not.toBeNull()
    expect(policy.refuse('10.0.0.1', 'sub.extension.internal')).not.toBeNull()
  })
})

describe('the configuration may deny destinations', () => {
  const policy = outboundPolicy(
    ['10.0.0.0/8', 'inside.internal', 'both.internal'],
    ['1.1.1.0/24', '10.0.0.7', 'both.internal', 'public.example'],
  )
  test('public ones too, by address, range or name; denying wins over allowing', () => {
    expect(policy.refuse('1.1.1.1', '1.1.1.1')).toMatch(/denies/)
    expect(policy.refuse('::ffff:1.1.1.1', '::ffff:1.1.1.1')).toMatch(/denies/)
    expect(policy.refuse('1.1.2.1', '1.1.2.1')).toBeNull()
    expect(policy.refuse('10.0.0.7', '10.0.0.7')).toMatch(/denies/)
    expect(policy.refuse('10.0.0.8', '10.0.0.8')).toBeNull()
    // A name that is allowed does not open an address that is denied.
    expect(policy.refuse('10.0.0.7', 'inside.internal')).toMatch(/denies/)
    expect(policy.refuse('192.168.0.1', 'inside.internal')).toBeNull()
    for (const name of ['both.internal', 'Public.Example', 'public.example.'])
      expect(policy.refuse('9.9.9.9', name)).toMatch(/denies/)
  })

  test('also what was allowed by itself', () => {
    const own = outboundPolicy([], ['127.0.0.1'])
    own.allowAlso('127.0.0.1', 80)
    expect(own.refuse('127.0.0.1', '127.0.0.1', 80)).toMatch(/denies/)
  })
})

describe('the decision is made on the address that is really connected to', () => {
  const send = async (host: string, allow: readonly string[]) => {
    const sender = httpSender(outboundPolicy(allow), async () => ({}))
    const before = receiver.received.length
    const url = receiver.url.replace('127.0.0.1', host)
    const result = await sender.send(targetAt(url), outgoing('{}'))
    await sender.close()
    return { ...result, arrived: receiver.received.length > before }
  }

  test.each([
    ['the address itself', '127.0.0.1'],
    ['the address as one decimal number', '2130706433'],
    ['the address in octal', '0177.0.0.1'],
    ['the address in hexadecimal', '0x7f.0.0.1'],
    ['the address with parts left out', '127.1'],
    ['the unspecified address', '0.0.0.0'],
    ['the address mapped into IPv6', '[::ffff:127.0.0.1]'],
    ['the address mapped into IPv6, in hexadecimal', '[::ffff:7f00:1]'],
    ['a name that DNS resolves to this machine', 'localhost'],
  ])('%s is not connected to', async (_what, host) => {
    const result = await send(host, [])
    expect(result).toMatchObject({ status: null, arrived: false })
    expect(result.error).toMatch(/is not reached: .* private or special address/)
  })

  test('an allowed address is connected to, and an allowed name too', async () => {
    expect(await send('127.0.0.1', ['127.0.0.1/32'])).toMatchObject({ status: 200, arrived: true })
    expect(await send('2130706433', ['127.0.0.1'])).toMatchObject({ status: 200, arrived: true })
    expect(await send('localhost', ['localhost'])).toMatchObject({ status: 200, arrived: true })
  })

  test('of a name that has several addresses only the allowed ones are tried', async () => {
    expect(await send('localhost', ['127.0.0.1'])).toMatchObject({ status: 200, arrived: true })
  })
})
