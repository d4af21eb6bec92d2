import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decryptSecret,
  encryptSecret,
  generateAccessKey,
  generatePassword,
  generateSessionToken,
  hashPassword,
  hashToken,
  verifyPassword,
} from './credentials.ts'

describe('passwords', () => {
  test('the right one is known by its hash, any other is not', async () => {
    const hash = await hashPassword('correct horse')
    expect(await verifyPassword('correct horse', hash)).toBe(true)
    for (const other of ['Correct horse', 'correct horse ', '', 'correct'])
      expect(await verifyPassword(other, hash)).toBe(false)
  })

  test('the hash is Argon2id in PHC form with its parameters, and never the same twice', async () => {
    const [one, two] = [await hashPassword('x'), await hashPassword('x')]
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(one).not.toBe(two)
  })

  test('a hash that was made with other parameters is verified with those', async () => {
    // Argon2id of "password" with the salt "somesaltsomesalt", 64 KiB and three passes.
    const { argon2Sync } = await import('node:crypto')
    const nonce = Buffer.from('somesaltsomesalt')
    const tag = argon2Sync('argon2id', {
      message: 'password',
      nonce,
      parallelism: 1,
      tagLength: 16,
      memory: 64,
      passes: 3,
    })
    const bare = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
    const phc = `$argon2id$v=19$m=64,t=3,p=1$${bare(nonce)}$${bare(tag)}`
    expect(await verifyPassword('password', phc)).toBe(true)
    expect(await verifyPassword('Password', phc)).toBe(false)
  })

  test('nobody’s password, or a hash of another form, is never right', async () => {
    for (const hash of [null, '', 'plain', '$2b$10$abcdefghijklmnopqrstuv', '$argon2i$v=19$m=64,t=3,p=1$YQ$YQ'])
      for (const password of ['', 'plain', String(hash)]) expect(await verifyPassword(password, hash)).toBe(false)
  })

  test('one that is typed with composed or with combining characters is the same', async () => {
    expect(await verifyPassword('Passwo\u0308rt', await hashPassword('Passw\u00f6rt'))).toBe(true)
  })
})

describe('what is drawn by chance', () => {
  const many = <T>(make: () => T) => Array.from({ length: 200 }, make)
  test('passwords can be read aloud: no letter looks like another', () => {
    for (const password of many(generatePassword)) expect(password).toMatch(/^[a-km-z2-9]{20}$/)
    expect(many(generatePassword).join('')).not.toMatch(/[lo01]/)
  })
  test('AccessKey pairs have the vendor’s form', () => {
    for (const pair of many(generateAccessKey)) {
      expect(pair.id).toMatch(/^LTAI5t[A-Za-z0-9]{18}$/)
      expect(pair.secret).toMatch(/^[A-Za-z0-9]{30}$/)
    }
  })
  test('nothing is drawn twice', () => {
    for (const make of [
      generatePassword,
      () => generateAccessKey().id,
      () => generateAccessKey().secret,
      generateSessionToken,
    ])
      expect(new Set(many(make)).size).toBe(200)
  })
  test('a session token has 256 bits, and its hash does not show it', () => {
    const token = generateSessionToken()
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    expect(hashToken(token)).toHaveLength(32)
    expect(hashToken(token)).toEqual(hashToken(token))
    expect(hashToken(token)).not.toEqual(hashToken(`${token}x`))
  })
})

describe('an encrypted secret', () => {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes))
  const secret = fc.oneof(fc.string(), fc.constantFrom('', '中文', '\u0000'))

  test('is read with the same key for the same id', () => {
    fc.assert(
      fc.property(key, secret, fc.string(), (given, text, id) => {
        expect(decryptSecret(given, encryptSecret(given, text, id), id)).toBe(text)
      }),
    )
  })

  test('is not read with another key, for another id, or when one bit of it has changed', () => {
    fc.assert(
      fc.property(key, key, secret, fc.string(), fc.nat(), (given, other, text, id, at) => {
        const sealed = encryptSecret(given, text, id)
        if (!given.equals(other)) expect(() => decryptSecret(other, sealed, id)).toThrow()
        expect(() => decryptSecret(given, sealed, `${id}x`)).toThrow()
        const changed = Buffer.from(sealed)
        changed[at % changed.length]! ^= 1
        expect(() => decryptSecret(given, changed, id)).toThrow()
        expect(() => decryptSecret(given, sealed.subarray(0, -1), id)).toThrow()
      }),
    )
  })

  test('does not look like the secret, nor the same twice', () => {
    const given = Buffer.alloc(32, 7)
    const text = 'a secret of thirty characters.'
    const [one, two] = [encryptSecret(given, text, 'id'), encryptSecret(given, text, 'id')]
    expect(one.equals(two)).toBe(false)
    expect(one.includes(text)).toBe(false)
  })
})
