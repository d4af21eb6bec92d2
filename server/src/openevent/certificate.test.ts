import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { selfSignedCertificate } from './certificate.ts'

test('the certificate is one for others: signed with the key it holds, valid from and to when it says, whichever side of 2050', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const serial = Buffer.from('0000112233445566778899aabbccddee', 'hex')
  const [from, to] = [Date.UTC(2026, 10, 21, 13, 0, 5), Date.UTC(2051, 0, 2, 3, 4, 5)]
  const read = new X509Certificate(selfSignedCertificate(privateKey, 'Holdpoint', serial, from, to))
  expect(read.subject).toBe('CN=Holdpoint')
  expect(read.issuer).toBe('CN=Holdpoint')
  expect(read.serialNumber.toLowerCase()).toBe(`01${serial.toString('hex')}`)
  expect([read.validFromDate.getTime(), read.validToDate.getTime()]).toEqual([from, to])
  expect(read.publicKey.equals(publicKey)).toBe(true)
  expect(read.verify(publicKey)).toBe(true)
})
