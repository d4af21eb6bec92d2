import { CATEGORY_NAMES, EVENT_NAMES, MODULE_NAMES } from 'virtual:event-names'
import { useTranslation } from './text/index.ts'

const PUT_EVENT = 'put-event'
const BY_CODE = new Map(EVENT_NAMES.map((event) => [event.eventCode, event]))

/** The extension points, in the catalogue's order, grouped by module. */
export const POINTS_BY_MODULE = Object.keys(MODULE_NAMES)
  .map((module) => ({
    module: module as keyof typeof MODULE_NAMES,
    points: EVENT_NAMES.filter((event) => event.module === module && event.kind === 'extension-point'),
  }))
  .filter((group) => group.points.length > 0)

/** Every event, grouped the same way. */
export const EVENTS_BY_MODULE = Object.keys(MODULE_NAMES).map((module) => ({
  module: module as keyof typeof MODULE_NAMES,
  events: EVENT_NAMES.filter((event) => event.module === module),
}))

export const POINTS = POINTS_BY_MODULE.flatMap((group) => group.points)

export const levelOfPoint = (eventCode: string): 'workspace' | 'tenant' | undefined => BY_CODE.get(eventCode)?.scope

/** What the catalogue says of these events together, each once. */
export const modulesOf = (eventCodes: readonly string[]) => [
  ...new Set(eventCodes.flatMap((code) => BY_CODE.get(code)?.module ?? [])),
]
export const categoriesOf = (eventCodes: readonly string[]) => [
  ...new Set(eventCodes.flatMap((code) => BY_CODE.get(code)?.category ?? [])),
]

/** Names of events, modules and categories in the language shown; a code that the catalogue does not have stands for itself. */
export function useEventNames() {
  const { t, i18n } = useTranslation()
  const language = i18n.language === 'zh' ? 'zh' : 'en'
  return {
    /** As the catalogue calls the event; what somebody has put on a bus is none of it. */
    event: (eventCode: string) =>
      eventCode === PUT_EVENT ? t('delivery.putEvent') : (BY_CODE.get(eventCode)?.name[language] ?? eventCode),
    /** What is done, where the event is the moment before it: `Node freezing`, `冻结节点`. */
    operation: (eventCode: string) => operationName(BY_CODE.get(eventCode)?.name[language] ?? eventCode),
    module: (module: keyof typeof MODULE_NAMES) => MODULE_NAMES[module][language],
    category: (category: keyof typeof CATEGORY_NAMES) => CATEGORY_NAMES[category][language],
  }
}

function operationName(event: string): string {
  const name = event.replace(/^Pre-event for /, '').replace(/前置事件$/, '')
  return name.charAt(0).toUpperCase() + name.slice(1)
}
