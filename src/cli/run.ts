import { parseArgs } from 'node:util'
import { Failure } from '../base/index.ts'
import { DataFolderInUse } from '../db/index.ts'
import type { Command } from './command.ts'
import { commandHelp, operandValue, parseOptions, UsageError } from './command.ts'
import { auditExport, auditList, auditMaintain } from './commands/audit.ts'
import { auditVerify } from './commands/audit-verify.ts'
import { apiKeyList, apiKeyRevoke } from './commands/api-key.ts'
import { clientList, clientRotateSecret } from './commands/client.ts'
import { clientCreate } from './commands/client-create.ts'
import { configCheck, configPrint } from './commands/config.ts'
import { exportUsersCommand } from './commands/export.ts'
import { groupAdd, groupCreate, groupList, groupRemove } from './commands/group.ts'
import { healthcheck } from './commands/healthcheck.ts'
import { importUsersCommand } from './commands/import.ts'
import { jobDrop, jobList, jobRetry } from './commands/job.ts'
import { keyList, keyRotate } from './commands/key.ts'
import { mfaEmergency, mfaReset, mfaStatus } from './commands/mfa.ts'
import { mfaPolicySet, mfaPolicyShow } from './commands/mfa-policy.ts'
import { migrateDownCommand, migrateStatusCommand, migrateUpCommand } from './commands/migrate.ts'
import { permissionCreate, permissionList } from './commands/permission.ts'
import { resourceCreate, resourceList } from './commands/resource.ts'
import { roleCreate, roleGrant, roleList, roleShow } from './commands/role.ts'
import { roleAssign, roleUnassign } from './commands/role-assign.ts'
import { serve } from './commands/serve.ts'
import { statisticsReconcile } from './commands/statistics.ts'
import { userCreate } from './commands/user-create.ts'
import { userInvite } from './commands/user-invite.ts'

const commands: readonly Command[] = [
  serve,
  migrateUpCommand,
  migrateDownCommand,
  migrateStatusCommand,
  userCreate,
  userInvite,
  importUsersCommand,
  exportUsersCommand,
  clientCreate,
  clientList,
  clientRotateSecret,
  resourceCreate,
  resourceList,
  apiKeyList,
  apiKeyRevoke,
  keyList,
  keyRotate,
  mfaStatus,
  mfaReset,
  mfaEmergency,
  mfaPolicyShow,
  mfaPolicySet,
  roleList,
  roleShow,
  roleCreate,
  roleGrant,
  roleAssign,
  roleUnassign,
  groupList,
  groupCreate,
  groupAdd,
  groupRemove,
  permissionList,
  permissionCreate,
  jobList,
  jobRetry,
  jobDrop,
  auditVerify,
  auditList,
  auditExport,
  auditMaintain,
  statisticsReconcile,
  configPrint,
  configCheck,
  healthcheck,
]

/** Runs one command and returns its exit code. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const command = commands.find(({ name }) => startsWith(argv, name.split(' ')))
  if (command === undefined) return overview(argv)
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

function overview(argv: readonly string[]): number {
  const [word] = argv
  const asked = word === undefined || word === '--help' || word === '-h' || word === 'help'
  const mine = commands.filter(({ name }) => name.split(' ')[0] === word)
  const rows = (mine.length > 0 ? mine : commands).map(
    ({ name, summary }) => `  ${name.padEnd(21)} ${summary}`,
  )
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
