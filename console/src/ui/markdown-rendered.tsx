import Markdown, { type Components } from 'react-markdown'
import { LinkOut } from './link.tsx'

/** An image would be fetched from wherever its author says, and tell them who is looking; it becomes a link. */
const COMPONENTS: Components = {
  a: ({ href, children }) => (href ? <LinkOut href={href}>{children}</LinkOut> : children),
  img: ({ src, alt }) => (typeof src === 'string' ? <LinkOut href={src}>{alt || src}</LinkOut> : null),
  h1: ({ children }) => <p className="heading">{children}</p>,
  h2: ({ children }) => <p className="heading">{children}</p>,
  h3: ({ children }) => <p className="heading">{children}</p>,
  h4: ({ children }) => <p className="heading">{children}</p>,
  h5: ({ children }) => <p className="heading">{children}</p>,
  h6: ({ children }) => <p className="heading">{children}</p>,
}

export default function MarkdownRendered({ text }: { text: string }) {
  return (
    <Markdown skipHtml components={COMPONENTS}>
      {text}
    </Markdown>
  )
}
