import { parseArgs } from 'node:util'
import { Failure } from '../base/index.ts'
import { DataFolderInUse } from '../db/index.ts'
import type { Command } from './command.ts'
import { commandHelp, operandValue, parseOptions, UsageError } from './command.ts'
import { allCommands, commandsOf } from './commands.ts'

/** Runs one command and returns its exit code. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const mine = await commandsOf(argv[0] ?? '')
  const command = mine.find(({ name }) => startsWith(argv, name.split(' ')))
  if (command === undefined) return overview(argv, mine.length > 0 ? mine : await allCommands())
  try {
    const args = argv.slice(command.name.split(' ').length)
    const options = parseOptions(command)
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    if (values.help === true) {
      console.log(commandHelp(command))
      return 0
    }
    return await command.run({ ...values, ...operandValue(command, positionals) })
  } catch (error) {
    return explain(error, command)
  }
}

function startsWith(argv: readonly string[], words: readonly string[]): boolean {
  return words.every((word, i) => argv[i] === word)
}

function overview(argv: readonly string[], listed: readonly Command[]): number {
  const [word] = argv
  const asked = word === undefined || word === '--help' || word === '-h' || word === 'help'
  const rows = listed.map(({ name, summary }) => `  ${name.padEnd(21)} ${summary}`)
  const print = asked ? console.log : console.error
  if (!asked) print(`cardea: there is no command "${argv.slice(0, 2).join(' ')}".\n`)
  print(
    `Usage: cardea <command> [options]\n\n${rows.join('\n')}\n\ncardea <command> --help tells more.`,
  )
  return asked ? 0 : 2
}

/** One clear line for what was expected to happen; the whole error for what was not. */
function explain(error: unknown, command: Command): number {
  const badArguments =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  if (badArguments || error instanceof UsageError) {
    console.error(`cardea ${command.name}: ${error.message}`)
    return 2
  }
  if (error instanceof Failure) {
    console.error(`cardea ${command.name}: ${error.words}`)
    for (const { pointer, words } of error.details.members ?? [])
      console.error(`  ${pointer} ${words}`)
    if (error.details.cause instanceof Error) console.error(`  ${error.details.cause.message}`)
    return 1
  }
  const plain = error instanceof DataFolderInUse
  console.error(`cardea ${command.name}:`, plain ? error.message : error)
  return 1
}
