/** Passwords, session tokens and the encryption of AccessKey secrets. */
import { argon2, createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const argon2Async = promisify(argon2)

/** Argon2id with OWASP's parameters for interactive sign-in: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456
const PASSES = 2

/** The Argon2id hash of a password, with its parameters, in PHC form. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const tag = await derive(password, salt, MEMORY_KIB, PASSES, 32)
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=1$${bare(salt)}$${bare(tag)}`
}

/** Whether the password is the one that was hashed. Takes as long for `null` (no such user) as for a real hash. */
export async function verifyPassword(password: string, phc: string | null): Promise<boolean> {
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([^$]+)\$([^$]+)$/.exec(phc ?? '')
  if (!parts) {
    await derive(password, Buffer.alloc(16), MEMORY_KIB, PASSES, 32)
    return false
  }
  const expected = Buffer.from(parts[4]!, 'base64')
  const tag = await derive(
    password,
    Buffer.from(parts[3]!, 'base64'),
    Number(parts[1]),
    Number(parts[2]),
    expected.length,
  )
  return timingSafeEqual(tag, expected)
}

function derive(password: string, nonce: Buffer, memory: number, passes: number, tagLength: number): Promise<Buffer> {
  return argon2Async('argon2id', {
    message: password.normalize('NFC'),
    nonce,
    parallelism: 1,
    tagLength,
    memory,
    passes,
  }) as Promise<Buffer>
}

const bare = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')

/** 20 characters that can be read aloud, about 98 bits. */
export function generatePassword(): string {
  return letters(20, 'abcdefghijkmnpqrstuvwxyz23456789')
}

/** An AccessKey pair in the vendor's form. */
export function generateAccessKey(): { id: string; secret: string } {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return { id: `LTAI5t${letters(18, alphabet)}`, secret: letters(30, alphabet) }
}

function letters(length: number, alphabet: string): string {
  let text = ''
  // Bytes beyond the last whole multiple of the alphabet would make its first letters likelier; they are drawn again.
  const limit = 256 - (256 % alphabet.length)
  while (text.length < length)
    for (const byte of randomBytes(length))
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length]
  return text
}

/** What a browser keeps; the table keeps only its hash. */
export function generateSessionToken(): string {
  return randomBytes(32).toString('base64url')
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

const ALGORITHM = 'aes-256-gcm'

/** Encrypts a secret so that it can be read only with the key and only for the id it was encrypted for. */
export function encryptSecret(key: Buffer, secret: string, id: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(id))
  return Buffer.concat([Buffer.from([1]), nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

/** Throws when the key is another one, or the text was encrypted for another id or has been changed. */
export function decryptSecret(key: Buffer, sealed: Buffer, id: string): string {
  if (sealed[0] !== 1) throw new Error('unknown form of an encrypted secret')
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(1, 13))
    .setAAD(Buffer.from(id))
    .setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(13, -16)), decipher.final()]).toString('utf8')
}
