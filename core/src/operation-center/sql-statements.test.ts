import { expect, test } from 'vitest'
import { sqlStatements } from './sql-statements.ts'

const texts = (sql: string) => sqlStatements(sql).map(({ text }) => text)

test.each([
  ['', []],
  [' ;\n; -- nothing\n /* ; */ ;', []],
  ['select 1', ['select 1']],
  ['select 1;select 2;', ['select 1', 'select 2']],
  ["select ';';select 2", ["select ';'", 'select 2']],
  ["select 'it''s; one';select 2", ["select 'it''s; one'", 'select 2']],
  ["select e'a\\'; one';select 2", ["select e'a\\'; one'", 'select 2']],
  ["select name'a\\';select 2", ["select name'a\\'", 'select 2']],
  ['select "a;""b";select 2', ['select "a;""b"', 'select 2']],
  ['select 1 -- a; b\n, 2;select 3', ['select 1 -- a; b\n, 2', 'select 3']],
  ['select /* a; /* b; */ c; */ 1;select 2', ['select /* a; /* b; */ c; */ 1', 'select 2']],
  ['do $$ begin; end $$;select 2', ['do $$ begin; end $$', 'select 2']],
  ['do $f$ $$;$$ ; $f$;select $1;select 2', ['do $f$ $$;$$ ; $f$', 'select $1', 'select 2']],
  ["select 'open; one", ["select 'open; one"]],
  ['select /* open; one', ['select /* open; one']],
  ['do $$ open; one', ['do $$ open; one']],
])('the statements of %j', (sql, statements) => expect(texts(sql)).toEqual(statements))

test('each statement has the line that it begins on, behind blanks and comments', () => {
  const sql = "-- first\n\nselect 1;\n\n  insert into a\n values ('\n'); /* x\n */ select\n 2"
  expect(sqlStatements(sql).map(({ line }) => line)).toEqual([3, 5, 8])
})

test('a text of many quotes is read in one go', () => {
  const sql = `select ${"'a;', ".repeat(100_000)}1; select 2`
  expect(sqlStatements(sql)).toHaveLength(2)
})
