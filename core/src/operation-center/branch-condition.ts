/**
 * The conditions of a branch node: a small language over the node's parameters, read and judged here and never handed to an interpreter.
 *
 *     region == 'cn' and (${hour} >= 6 or not weekend)
 *
 * Values are numbers, texts in quotes, `true` and `false`, and parameters by their names, bare or as `${name}`. They are compared by
 * `==` `!=` `<` `<=` `>` `>=`, and joined by `and` `or` `not` (`&&` `||` `!`) and parentheses. Two values that both read as numbers are compared as
 * numbers, others as texts. Alone, a value holds unless it is empty, `0` or `false`.
 */

/** What is wrong with a condition, with the column that it is at. */
export class ConditionError extends Error {}

const MOST_CHARACTERS = 2_000
const DEEPEST = 50

type Token = { readonly text: string; readonly kind: 'value' | 'name' | 'sign'; readonly column: number }
type Values = ReadonlyMap<string, string>

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?)|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|\$\{\s*([^{}\s]+)\s*\}|([\p{L}_][\p{L}\p{N}_.]*)|(==|!=|<=|>=|&&|\|\||[<>!()-]))/uy
const SIGNS: Readonly<Record<string, string>> = { '&&': 'and', '||': 'or', '!': 'not' }
const COMPARE: ReadonlyMap<string, (order: number) => boolean> = new Map([
  ['==', (order: number) => order === 0],
  ['!=', (order: number) => order !== 0],
  ['<', (order: number) => order < 0],
  ['<=', (order: number) => order <= 0],
  ['>', (order: number) => order > 0],
  ['>=', (order: number) => order >= 0],
])

/** Whether a condition holds. Throws a ConditionError where it says nothing that can be judged, or names a parameter that is not there. */
export function conditionHolds(condition: string, values: Values): boolean {
  return judge(condition, (name, column) => {
    const value = values.get(name)
    if (value === undefined) throw wrong(column, `there is no parameter ${name}`)
    return value
  })
}

/** What is wrong with how a condition is written, whatever its parameters will be; null where nothing is. */
export function conditionProblem(condition: string): string | null {
  try {
    judge(condition, () => '')
    return null
  } catch (error) {
    if (error instanceof ConditionError) return error.message
    throw error
  }
}

function judge(condition: string, parameter: (name: string, column: number) => string): boolean {
  const tokens = tokensOf(condition)
  let at = 0
  const end = condition.length + 1
  const is = (...texts: readonly string[]) => tokens[at]?.kind === 'sign' && texts.includes(tokens[at]!.text)
  const columnHere = () => tokens[at]?.column ?? end

  // Every part is judged, also where the others have decided already: a mistake shows whatever the values are.
  function either(depth: number): boolean {
    let holds = both(depth)
    while (is('or')) {
      at++
      holds = both(depth) || holds
    }
    return holds
  }
  function both(depth: number): boolean {
    let holds = one(depth)
    while (is('and')) {
      at++
      holds = one(depth) && holds
    }
    return holds
  }
  function one(depth: number): boolean {
    if (depth > DEEPEST) throw wrong(columnHere(), `it is nested deeper than ${DEEPEST}`)
    if (is('not')) {
      at++
      return !one(depth + 1)
    }
    if (is('(')) {
      at++
      const holds = either(depth + 1)
      if (!is(')')) throw wrong(columnHere(), 'a closing parenthesis is missing')
      at++
      return holds
    }
    const left = value()
    const compare = is(...COMPARE.keys()) ? COMPARE.get(tokens[at]!.text)! : null
    if (compare === null) return left !== '' && left !== '0' && left.toLowerCase() !== 'false'
    at++
    return compare(order(left, value()))
  }
  function value(): string {
    const minus = is('-')
    if (minus) at++
    const token = tokens[at]
    if (token === undefined || token.kind === 'sign' || (minus && !isNumber(token.text)))
      throw wrong(columnHere(), 'a value is expected')
    at++
    if (token.kind === 'name') return parameter(token.text, token.column)
    return minus ? `-${token.text}` : token.text
  }

  const holds = either(0)
  if (at < tokens.length) throw wrong(columnHere(), 'nothing is expected here')
  return holds
}

function tokensOf(condition: string): Token[] {
  if (condition.length > MOST_CHARACTERS) throw wrong(1, `it is longer than ${MOST_CHARACTERS} characters`)
  const tokens: Token[] = []
  const text = condition.trimEnd()
  TOKEN.lastIndex = 0
  for (let from = 0; from < text.length; from = TOKEN.lastIndex) {
    TOKEN.lastIndex = from
    const match = TOKEN.exec(text)
    const column = from + /^\s*/.exec(text.slice(from))![0].length + 1
    if (match === null) throw wrong(column, `"${text[column - 1]}" is not understood`)
    const [, number, single, double, parameter, word, sign] = match
    const quoted = single ?? double
    if (number !== undefined) tokens.push({ kind: 'value', text: number, column })
    else if (quoted !== undefined) tokens.push({ kind: 'value', text: quoted.replace(/\\(.)/gu, '$1'), column })
    else if (parameter !== undefined) tokens.push({ kind: 'name', text: parameter, column })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: SIGNS[sign] ?? sign, column })
    else if (/^(and|or|not)$/i.test(word!)) tokens.push({ kind: 'sign', text: word!.toLowerCase(), column })
    else if (/^(true|false)$/i.test(word!)) tokens.push({ kind: 'value', text: word!.toLowerCase(), column })
    else tokens.push({ kind: 'name', text: word!, column })
  }
  return tokens
}

const isNumber = (text: string) => /^-?\d+(\.\d+)?$/.test(text.trim())

function order(left: string, right: string): number {
  if (isNumber(left) && isNumber(right)) return Number(left) - Number(right)
  return left < right ? -1 : left > right ? 1 : 0
}

const wrong = (column: number, problem: string) => new ConditionError(`column ${column}: ${problem}`)
