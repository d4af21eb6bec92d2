// Who may see and do what.
import { describe } from 'vitest'
import { accessStories } from './access-stories.ts'
import { auditStories } from './audit-stories.ts'
import { browserConsole } from './browser-console.ts'
import { identityStories } from './identity-stories.ts'
import { signInStories } from './sign-in-stories.ts'

const at = browserConsole()
describe('signing in', () => signInStories(at))
describe('who is who', () => identityStories(at))
describe('access', () => accessStories(at))
describe('the audit trail', () => auditStories(at))
