// A certificate for `localhost` and nothing else, signed by itself.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { promisify } from 'node:util'

export type Certificate = { readonly certFile: string; readonly keyFile: string; readonly pem: string }

export async function makeCertificate(directory: string): Promise<Certificate> {
  const [certFile, keyFile] = [path.join(directory, 'cert.pem'), path.join(directory, 'key.pem')]
  const what = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
  const names = ['-addext', 'subjectAltName=DNS:localhost']
  await promisify(execFile)('openssl', ['req', ...what, ...names, '-keyout', keyFile, '-out', certFile])
  return { certFile, keyFile, pem: readFileSync(certFile, 'utf8') }
}

/** Does the work while this process trusts the certificate besides all others. */
export async function trusting<T>({ pem }: Certificate, work: () => Promise<T>): Promise<T> {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, pem])
  try {
    return await work()
  } finally {
    setDefaultCACertificates(before)
  }
}
