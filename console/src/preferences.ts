/** Small choices kept in this browser. Storage may be switched off; then they last until the page is closed. */
const kept = new Map<string, string>()

type Preference = 'language' | 'workspace' | 'single-keys' | 'graph-view'

export function readPreference(name: Preference): string | null {
  try {
    return localStorage.getItem(`holdpoint-${name}`)
  } catch {
    return kept.get(name) ?? null
  }
}

export function keepPreference(name: Preference, value: string): void {
  kept.set(name, value)
  try {
    localStorage.setItem(`holdpoint-${name}`, value)
  } catch {
    // Kept for this page only.
  }
}
