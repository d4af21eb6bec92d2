import i18next from 'i18next'
import { initReactI18next, useTranslation as useI18next } from 'react-i18next'
import { keepPreference, readPreference } from '../preferences.ts'
import type { auditEn } from './audit-en.ts'
import type { developmentEn } from './development-en.ts'
import type { en } from './en.ts'
import type { integrationEn } from './integration-en.ts'
import type { openeventEn } from './openevent-en.ts'
import type { operationCenterEn } from './operation-center-en.ts'
import type { peopleEn } from './people-en.ts'
import type { qualityEn } from './quality-en.ts'

export const LANGUAGES = { en: 'English', zh: '简体中文' } as const
export type Language = keyof typeof LANGUAGES
/** The name of one text, e.g. `nodes.title`. */
export type TextKey =
  | Keys<typeof en>
  | Keys<typeof operationCenterEn>
  | Keys<typeof openeventEn>
  | Keys<typeof auditEn>
  | Keys<typeof developmentEn>
  | Keys<typeof integrationEn>
  | Keys<typeof qualityEn>
  | Keys<typeof peopleEn>
type Keys<T> = { [K in keyof T & string]: T[K] extends string ? Plain<K> : `${K}.${Keys<T[K]>}` }[keyof T & string]
/** Plural forms are one key. */
type Plain<K extends string> = K extends `${infer Whole}_${'one' | 'other'}` ? Whole : K

/** The text in the language shown, with these values in its places. */
export type Translate = (key: TextKey, values?: Readonly<Record<string, unknown>>) => string
export const translate: Translate = (key, values = {}) => i18next.t(key, values)
/** With types of our own: i18next's work out anew for every use what all the texts could be, which takes the compiler minutes. */
export const useTranslation = useI18next as unknown as () => {
  readonly t: Translate
  readonly i18n: { readonly language: string }
}

/** The same keys as the English texts, with any wording: a missing or surplus key does not compile. */
export type SameTexts<T = typeof en> = {
  readonly [K in keyof T]: T[K] extends string ? string : SameTexts<T[K]>
}

export type RefusalDetails = Readonly<Record<string, unknown>>
type RefusalSentence = (code: string, details: RefusalDetails) => string | undefined

/** Only the language that is shown is loaded. */
const LOADERS: Readonly<Record<Language, () => Promise<object>>> = {
  en: () => import('./en.ts').then((file) => file.en),
  zh: () => import('./zh.ts').then((file) => file.zh),
}

/** Pages that come later bring texts of their own, which the first page need not wait for. */
const AREAS = {
  operationCenter: {
    en: () => import('./operation-center-en.ts').then((file): object => file.operationCenterEn),
    zh: () => import('./operation-center-zh.ts').then((file): object => file.operationCenterZh),
  },
  openevent: {
    en: () => import('./openevent-en.ts').then((file): object => file.openeventEn),
    zh: () => import('./openevent-zh.ts').then((file): object => file.openeventZh),
  },
  development: {
    en: () => import('./development-en.ts').then((file): object => file.developmentEn),
    zh: () => import('./development-zh.ts').then((file): object => file.developmentZh),
  },
  integration: {
    en: () => import('./integration-en.ts').then((file): object => file.integrationEn),
    zh: () => import('./integration-zh.ts').then((file): object => file.integrationZh),
  },
  quality: {
    en: () => import('./quality-en.ts').then((file): object => file.qualityEn),
    zh: () => import('./quality-zh.ts').then((file): object => file.qualityZh),
  },
  people: {
    en: () => import('./people-en.ts').then((file): object => file.peopleEn),
    zh: () => import('./people-zh.ts').then((file): object => file.peopleZh),
  },
  audit: {
    en: () => import('./audit-en.ts').then((file): object => file.auditEn),
    zh: () => import('./audit-zh.ts').then((file): object => file.auditZh),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<Language, () => Promise<object>>>>>
type Area = keyof typeof AREAS
const wanted = new Set<Area>()

let refusalsZh: RefusalSentence | undefined

/** The sentence of a refusal in the language shown; undefined where the server's own, which is English, is to be shown. */
export const refusalSentence: RefusalSentence = (code, details) => {
  if (currentLanguage() !== 'zh') return undefined
  if (!refusalsZh) void loadRefusals()
  return refusalsZh?.(code, details)
}

/** The sentences of refusals come with the first refusal: no first page waits for them. What shows one already then shows it anew. */
export async function loadRefusals(): Promise<void> {
  if (currentLanguage() !== 'zh' || refusalsZh) return
  const loaded = await import('./refusals-zh.ts').catch(() => undefined)
  if (!loaded || refusalsZh) return
  refusalsZh = loaded.refusalSentence
  i18next.emit('languageChanged', 'zh')
}

export function preferredLanguage(): Language {
  const wanted = readPreference('language') ?? navigator.language
  return wanted.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

/** The language shown, for the few places that are no components. */
export const currentLanguage = (): Language => (i18next.language === 'zh' ? 'zh' : 'en')

async function load(language: Language): Promise<object> {
  const texts = await Promise.all([LOADERS[language](), ...[...wanted].map((area) => AREAS[area][language]())])
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  return Object.assign({}, ...texts)
}

/** A page of an area, together with the area's texts. */
export async function withTextsOf<P>(area: Area, page: Promise<P>): Promise<P> {
  wanted.add(area)
  const language = currentLanguage()
  const [texts, loaded] = await Promise.all([AREAS[area][language](), page])
  i18next.addResourceBundle(language, 'translation', texts, true)
  return loaded
}

export async function startTexts(): Promise<void> {
  const language = preferredLanguage()
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: await load(language) } },
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  })
}

export async function switchLanguage(language: Language): Promise<void> {
  i18next.addResourceBundle(language, 'translation', await load(language))
  keepPreference('language', language)
  await i18next.changeLanguage(language)
}
