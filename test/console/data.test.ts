// Data Integration and Data Quality: what is started runs, and what has run is checked.
import { describe } from 'vitest'
import { browserConsole } from './browser-console.ts'
import { integrationStories } from './integration-stories.ts'

const at = browserConsole({ scheduler: 'on' })
describe('Data Integration', () => integrationStories(at))
