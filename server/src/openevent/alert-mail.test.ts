// Mails are handed only to the server that is meant, over TLS, and a password goes nowhere else; with a real server.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MailServer, mailCertificate, SMTP_LOGIN, startMailServer } from '../../../test/smtp.ts'
import { mailSender, type SmtpServer } from './alert-mail.ts'

const MAIL = { id: 'alert-1-1', to: 'one@example.com', subject: 'A subject\r\nBcc: two@example.com', text: 'The text' }

let secure: MailServer
let starting: MailServer
let plain: MailServer
const before = getCACertificates('default')
beforeAll(async () => {
  const { cert, key } = await mailCertificate()
  setDefaultCACertificates([...before, cert])
  secure = await startMailServer({ cert, key, secure: true })
  starting = await startMailServer({ cert, key })
  plain = await startMailServer({ disabledCommands: ['STARTTLS', 'AUTH'] })
})
afterAll(async () => {
  setDefaultCACertificates(before)
  await Promise.all([secure, starting, plain].map((one) => one?.stop()))
})

const sendTo = (server: Partial<SmtpServer>, outboundDeny: readonly string[] = [], tryTimeoutMs?: number) =>
  mailSender(
    {
      smtpUrl: { host: 'localhost', port: 1, tls: 'starttls', login: SMTP_LOGIN, ...server },
      smtpFrom: 'holdpoint@example.com',
      outboundAllow: [],
      outboundDeny,
    },
    tryTimeoutMs,
  )!(MAIL)

test('over TLS from the start, and with STARTTLS, with the password', async () => {
  for (const [server, tls] of [
    [secure, 'from-the-start'],
    [starting, 'starttls'],
  ] as const) {
    expect((await sendTo({ port: server.port, tls })).error).toBeNull()
    expect(server.mails.at(-1)).toMatchObject({ to: ['one@example.com'], secure: true, user: SMTP_LOGIN.user })
    // What stands in a name adds no header.
    expect(server.mails.at(-1)!.text).not.toMatch(/^Bcc:/m)
  }
})

test('nothing to a server that offers no STARTTLS, unless the configuration says so', async () => {
  const { port } = plain
  expect((await sendTo({ port })).error).toMatch(/STARTTLS/)
  expect(plain.mails).toHaveLength(0)
  expect((await sendTo({ port, tls: 'none', login: null })).error).toBeNull()
  expect(plain.mails).toHaveLength(1)
})

test('nothing to one whose certificate is for another name, or with another password, or at a denied address', async () => {
  const known = starting.mails.length
  expect((await sendTo({ port: starting.port, host: '127.0.0.1' })).error).toMatch(/certificate|IP/)
  const login = { user: SMTP_LOGIN.user, pass: 'another' }
  expect((await sendTo({ port: starting.port, login })).error).toBe(
    'the mail server does not take the user name and password',
  )
  expect((await sendTo({ port: starting.port }, ['127.0.0.0/8', '::1'])).error).toMatch(/not reached/)
  expect(starting.mails).toHaveLength(known)
})

test('a server that says nothing ends the try in time, and so does one that is not there', async () => {
  const silent = createServer((socket) => socket.on('error', () => {}))
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  const address = silent.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  expect((await sendTo({ port }, [], 200)).error).toBe('the mail server did not answer in time')
  silent.close()
  expect((await sendTo({ port: 1 })).error).toMatch(/ECONNREFUSED/)
})
