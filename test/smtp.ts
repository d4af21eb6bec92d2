// A real SMTP server on this machine, with a certificate for `localhost` and one user.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export const SMTP_LOGIN = { user: 'holdpoint', pass: 'correct horse battery' } as const

export type ReceivedMail = {
  readonly to: readonly string[]
  readonly secure: boolean
  readonly user: string | undefined
  readonly text: string
}

/** Certificates signed by themselves, so each is its own authority. */
export async function mailCertificate(): Promise<{
  readonly certFile: string
  readonly cert: string
  readonly key: string
}> {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdpoint-smtp-'))
  const [certFile, keyFile] = [path.join(directory, 'cert.pem'), path.join(directory, 'key.pem')]
  const what = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
  const names = ['-addext', 'subjectAltName=DNS:localhost']
  await promisify(execFile)('openssl', ['req', ...what, ...names, '-keyout', keyFile, '-out', certFile])
  return { certFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
}

export type MailServer = {
  readonly port: number
  readonly mails: readonly ReceivedMail[]
  /** From now on it refuses mails to this address. */
  refuse(address: string): void
  stop(): Promise<void>
}

export async function startMailServer(options: SMTPServerOptions): Promise<MailServer> {
  const mails: ReceivedMail[] = []
  const refused = new Set<string>()
  const server = new SMTPServer({
    ...options,
    onAuth({ username, password }, _session, done) {
      if (username === SMTP_LOGIN.user && password === SMTP_LOGIN.pass) done(null, { user: username })
      else done(new Error('535 no'))
    },
    onRcptTo({ address }, _session, done) {
      done(refused.has(address) ? new Error('no such mailbox') : null)
    },
    onData(stream, session, done) {
      text(stream).then((body) => {
        mails.push({
          to: session.envelope.rcptTo.map((one) => one.address),
          secure: session.secure,
          user: session.user,
          text: body,
        })
        done()
      }, done)
    },
  })
  // Clients that turn away from its certificate.
  server.on('error', () => {})
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const address = listening.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    mails,
    refuse: (one) => void refused.add(one),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
