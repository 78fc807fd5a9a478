import type { ParseArgsOptionsConfig } from 'node:util'

export type Values = Readonly<
  Record<string, string | boolean | readonly (string | boolean)[] | undefined>
>

export type Option = {
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
  readonly help: string
}

/** One command: its words, its options, and what it does. Returns the exit code. */
export type Command = {
  /** Such as `user create`. */
  readonly name: string
  readonly summary: string
  /** What stands without a name of its own, such as a file; it joins the values under this name. */
  readonly operand?: { readonly name: string; readonly help: string; readonly required: boolean }
  readonly options: Readonly<Record<string, Option>>
  readonly run: (values: Values) => Promise<number>
}

/** Something the person at the terminal got wrong. */
export class UsageError extends Error {}

export function parseOptions(command: Command): ParseArgsOptionsConfig {
  const help = { type: 'boolean', short: 'h' } as const
  const options = Object.entries(command.options).map(([name, { type, multiple }]) => [
    name,
    { type, ...(multiple && { multiple }) },
  ])
  return { ...Object.fromEntries(options), help }
}

export function commandHelp(command: Command): string {
  const rows = Object.entries(command.options).map(([name, { type, help, multiple }]) => {
    const value = type === 'string' ? ' VALUE' : ''
    const option = `  --${name}${value}${multiple ? ' ...' : ''}`
    return `${option.padEnd(38)} ${help}`
  })
  const options = rows.length === 0 ? '' : `\n\nOptions\n${rows.join('\n')}`
  return `cardea ${command.name}${operandHelp(command)}: ${command.summary}${options}`
}

function operandHelp({ operand }: Command): string {
  if (operand === undefined) return ''
  const name = operand.name.toUpperCase()
  return ` ${operand.required ? name : `[${name}]`} (${operand.help})`
}

/** What stands without a name, as a value of the command. */
export function operandValue(command: Command, positionals: readonly string[]): Values {
  const { operand } = command
  const [first, ...more] = positionals
  const extra = operand === undefined ? first : more[0]
  if (extra !== undefined) throw new UsageError(`"${extra}" is not expected.`)
  if (operand === undefined) return {}
  if (first === undefined && operand.required) {
    throw new UsageError(`${operand.name.toUpperCase()} is needed (${operand.help}).`)
  }
  return first === undefined ? {} : { [operand.name]: first }
}

export function text(values: Values, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

export function texts(values: Values, name: string): readonly string[] {
  const value = values[name]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

export function required(values: Values, name: string): string {
  const value = text(values, name)
  if (value === undefined || value === '') throw new UsageError(`--${name} is needed.`)
  return value
}
