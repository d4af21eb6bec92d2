// How every page looks, and what it takes to load.
import { describe } from 'vitest'
import { browserConsole } from './browser-console.ts'
import { lookStories } from './look-stories.ts'

const at = browserConsole()
describe('how it looks and loads', () => lookStories(at))
