// What functions have in place of what the platform has elsewhere, compared with it.
import { describe, expect, test } from 'vitest'
import { URLSearchParams as OurParams, URL as OurUrl } from './url.ts'

const PARTS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const
type AnyUrl = Record<(typeof PARTS)[number], string> & { searchParams: URLSearchParams }

/** What both make of the same, or that both throw. */
function same(make: (Kind: typeof URL) => unknown): void {
  const [ours, theirs] = [OurUrl as unknown as typeof URL, URL].map((Kind) => {
    try {
      return JSON.stringify(make(Kind))
    } catch (error) {
      return `throws ${(error as Error).name}`
    }
  })
  expect(ours).toBe(theirs)
}

const parts = (url: unknown) => PARTS.map((name) => (url as AnyUrl)[name])

describe('URL is parsed as the platform’s', () => {
  test.each([
    'http://a.b/c',
    'HTTP://User:pa ss@EXAMPLE.com:80/a/../b/./c?x=1&y=ü#frag ment',
    'https://example.com:8443',
    'http://0x7f.1/',
    'http://[::1]:80/',
    'http://[2001:db8:0:0:1:0:0:1]/x',
    'http://[::ffff:1.2.3.4]/',
    'http://[1:0:0:2:0:0:0:3]',
    'http://ex%41mple.com/%7Efoo/ü',
    'mailto:a@b.c',
    'http://a/b c?d e',
    'http:\\\\a\\b',
    'https:a/b',
    'http://',
    'http://a:99999',
    '//x',
    'foo',
    'http://a b',
    'http://exa<mple',
    'data:text/plain,hi',
    'http://1.2.3',
    'http://256',
    'http://a/%2e%2e/b',
    'http://a/b/..',
    'http://a/b/.',
    'http://a?',
    'http://a#',
    'http://a:b@c:d@e/',
    "http://a/'?'",
    'http://a/^',
    'http://[0:0:0:0:0:0:0:0]',
    'http://[1::]',
    'http://[::2:0]',
    'ftp://x/y',
    'http://a/\ud800',
    'http://08/',
    'http://a./',
    'http://1.2.3.4.',
    'http://a/~!$&*()_+-=,;:@|[]"`{}',
    'http://a/?~!$&*()_+-=,;:@|[]"`{}^\\',
    'http://a/#~!$&*()_+-=,;:@|[]"`{}^\\',
    'http://~!$&*()_+-=,;|[]:x@h/',
  ])('%j', (text) => same((Kind) => parts(new Kind(text))))

  test.each(['x', '../x', '/x', '?x', '#x', '//h/x', 'http:x', './', '..', '../../../..', 'x?y#z', '', '\\x'])(
    '%j from a base',
    (text) => same((Kind) => parts(new Kind(text, 'https://u:p@h.com:1/a/b/c?q#f'))),
  )

  test('and changed as the platform’s', () => {
    same((Kind) => {
      const url = new Kind('http://a/b')
      url.search = '?x=ü y'
      url.hash = 'z z'
      url.pathname = '/p q/../r'
      url.port = '81'
      url.port = 'no'
      url.protocol = 'https'
      url.hostname = 'B.c'
      url.searchParams.append('k', 'v &')
      url.searchParams.set('x', '1')
      url.username = 'me:'
      return [...parts(url), String(url), JSON.stringify(url)]
    })
  })
})

test.each(['a=1&b=2&a=3', '?a=%20+b&c', '%zz=1', 'a==b', 'é=ü', '=', '', '&&'])(
  'URLSearchParams of %j are the platform’s',
  (text) => {
    const [ours, theirs] = [OurParams as unknown as typeof URLSearchParams, URLSearchParams].map((Kind) => {
      const params = new Kind(text)
      params.append("x~!'()*", 'ÿ\ud800')
      params.delete('b')
      params.sort()
      return [params.toString(), params.get('a'), params.getAll('a'), params.has('b'), params.size, [...params]]
    })
    expect(ours).toEqual(theirs)
  },
)
