declare module '*.css'

/** The part of core's catalogue that a browser needs, written out when the console is built (see vite.config.ts). */
declare module 'virtual:event-names' {
  import type { CategoryCode, EventScope, ModuleCode, Name } from '@holdpoint/core/catalog/index'

  export const MODULE_NAMES: Readonly<Record<ModuleCode, Name>>
  export const CATEGORY_NAMES: Readonly<Record<CategoryCode, Name>>
  export const EVENT_NAMES: readonly {
    readonly eventCode: string
    readonly name: Name
    readonly module: ModuleCode
    readonly category: CategoryCode
    readonly scope: EventScope
    readonly kind: 'extension-point' | 'regular'
  }[]
}
