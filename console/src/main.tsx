import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './console.css'
import { MantineProvider } from '@mantine/core'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ProblemError } from './api/client.ts'
import { links } from './links.ts'
import { makeRouter } from './router.tsx'
import { startTexts } from './text/index.ts'
import { colorSchemes, contrast, styleNonce, theme } from './theme.ts'
import { NoticeArea } from './ui/notify.tsx'

declare global {
  var __webpack_nonce__: string | undefined
}

const isSignedOut = (error: unknown) => error instanceof ProblemError && error.problem.status === 401

const client = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      // The session has ended. Asking for the session itself is answered by the router.
      if (isSignedOut(error) && query.queryKey[0] !== 'session')
        void router.navigate(links.signIn(router.latestLocation.href))
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => !(error instanceof ProblemError) && count < 2,
    },
  },
})
const router = makeRouter(client)

// The dialogs' scroll lock makes a style element of its own and looks for its nonce here.
globalThis.__webpack_nonce__ = styleNonce()

await startTexts()
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={contrast}
      colorSchemeManager={colorSchemes}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <QueryClientProvider client={client}>
        <NoticeArea />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
