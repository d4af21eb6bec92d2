/**
 * A certificate that a key signs for itself (X.509, DER in PEM), for receivers that read EventBridge's public key out of one. Nothing but the key in it
 * is believed: what makes it trusted is the address where it lies.
 */
import { createPublicKey, type KeyObject, sign } from 'node:crypto'

const SHA256_WITH_RSA = Buffer.from('300d06092a864886f70d01010b0500', 'hex')
const COMMON_NAME = Buffer.from('0603550403', 'hex')
const SEQUENCE = 0x30

export function selfSignedCertificate(
  privateKey: KeyObject,
  commonName: string,
  serial: Buffer,
  fromMs: number,
  toMs: number,
): string {
  const name = tlv(SEQUENCE, tlv(0x31, tlv(SEQUENCE, COMMON_NAME, tlv(0x0c, Buffer.from(commonName)))))
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  // The leading one keeps the number positive and as short as it must be.
  const number = tlv(0x02, Buffer.from([1]), serial)
  const content = tlv(SEQUENCE, number, SHA256_WITH_RSA, name, tlv(SEQUENCE, time(fromMs), time(toMs)), name, publicKey)
  const signature = tlv(0x03, Buffer.from([0]), sign('sha256', content, privateKey))
  const lines = tlv(SEQUENCE, content, SHA256_WITH_RSA, signature)
    .toString('base64')
    .match(/.{1,64}/g)!
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** One value of DER: its kind, how long it is, what it is. */
function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}

/** Years before 2050 are written with two digits. */
function time(ms: number): Buffer {
  const text = new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '')
  return text < '2050' ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text))
}
