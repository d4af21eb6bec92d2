/**
 * One try to hand a mail to the configured SMTP server. It always answers, within the time of a try.
 *
 * The server's name is looked up here and judged as every other receiver's; the connection goes to one of those addresses, and the certificate has to
 * be for the name. Without TLS nothing is sent unless the configuration says so, and a password never is.
 */
import { isIP } from 'node:net'
import { createTransport } from 'nodemailer'
import { addressesOf, outboundPolicy } from './guard.ts'
import type { AttemptResult } from './target.ts'

const TRY_TIMEOUT_MS = 12_000
const CONNECT_TIMEOUT_MS = 5_000
const MOST_ANSWER_BYTES = 16_384
const ANSWER_LIMIT = 500

export type SmtpServer = {
  readonly host: string
  readonly port: number
  /** From the first byte on; else it begins with STARTTLS, which the server has to offer, or there is none. */
  readonly tls: 'from-the-start' | 'starttls' | 'none'
  readonly login: { readonly user: string; readonly pass: string } | null
}

export type Mail = { readonly id: string; readonly to: string; readonly subject: string; readonly text: string }
export type SendMail = (mail: Mail) => Promise<AttemptResult>

export function mailSender(
  settings: {
    readonly smtpUrl: SmtpServer | null
    readonly smtpFrom: string | null
    readonly outboundAllow: readonly string[]
    readonly outboundDeny: readonly string[]
  },
  tryTimeoutMs = TRY_TIMEOUT_MS,
): SendMail | null {
  const { smtpUrl: server, smtpFrom: from } = settings
  if (server === null || from === null) return null
  // The one that the operator named may be in a private network; what is denied is denied all the same.
  const policy = outboundPolicy([...settings.outboundAllow, server.host], settings.outboundDeny)
  return async ({ id, to, subject, text }) => {
    try {
      const [address] = await addressesOf(policy, server.host)
      const transport = createTransport({
        host: address!,
        port: server.port,
        secure: server.tls === 'from-the-start',
        requireTLS: server.tls === 'starttls',
        ignoreTLS: server.tls === 'none',
        tls: { minVersion: 'TLSv1.2', ...(isIP(server.host) === 0 && { servername: server.host }) },
        ...(server.login !== null && { auth: server.login, forceAuth: true }),
        connectionTimeout: CONNECT_TIMEOUT_MS,
        greetingTimeout: CONNECT_TIMEOUT_MS,
        socketTimeout: tryTimeoutMs,
        maxResponseSize: MOST_ANSWER_BYTES,
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      const { response } = await transport.sendMail({
        from,
        to: { name: '', address: to },
        subject,
        text,
        // The same at every try, so that a mailbox that got it twice can tell.
        messageId: `<${id}@holdpoint>`,
        headers: { 'auto-submitted': 'auto-generated' },
        signal: AbortSignal.timeout(tryTimeoutMs),
      })
      return { status: null, error: null, responseBody: response.slice(0, ANSWER_LIMIT) }
    } catch (error) {
      return { status: null, error: reasonOf(error), responseBody: null }
    }
  }
}

type Failure = {
  readonly code?: string
  readonly command?: string
  readonly message?: string
  readonly response?: string
  readonly name?: string
}

/** What to mend, in one sentence; what the server said to a sign-in is not repeated, as it may repeat what it was given. */
function reasonOf(error: unknown): string {
  const { code, command, message, response, name } = error as Failure
  if (command === 'STARTTLS') return 'the mail server offers no STARTTLS'
  if (code === 'EAUTH') return 'the mail server does not take the user name and password'
  if (name === 'AbortError' || name === 'TimeoutError' || code === 'ETIMEDOUT')
    return 'the mail server did not answer in time'
  return (response ?? message ?? String(error)).slice(0, ANSWER_LIMIT)
}
