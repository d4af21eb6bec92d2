import { PostgreSQL, SQLDialect, sql } from '@codemirror/lang-sql'
import type { Grammar } from './code-editor-loaded.tsx'

/** What MaxCompute and DuckDB have beyond PostgreSQL, whose words they share otherwise. */
const OWN_KEYWORDS =
  'overwrite partitioned lifecycle sort distribute cluster lateral explode qualify pivot unpivot semi anti'
const OWN_TYPES = 'string double tinyint datetime binary map struct'

const dialect = SQLDialect.define({
  ...PostgreSQL.spec,
  keywords: `${PostgreSQL.spec.keywords ?? ''} ${OWN_KEYWORDS}`,
  types: `${PostgreSQL.spec.types ?? ''} ${OWN_TYPES}`,
  identifierQuotes: '"`',
  caseInsensitiveIdentifiers: true,
  // Scheduling parameters stand as ${name}.
  doubleDollarQuotedStrings: false,
})

/** Highlighting, and completion of keywords, of these tables and of their columns. */
export function sqlLanguage(tables: Readonly<Record<string, readonly string[]>>): Grammar {
  return sql({
    dialect,
    upperCaseKeywords: false,
    schema: Object.fromEntries(Object.entries(tables).map(([name, columns]) => [name, [...columns]])),
  })
}
