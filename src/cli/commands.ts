import type { Command } from './command.ts'

/**
 * The commands by their first word, in the order of the help. What a command needs is read when one of its kind is
 * asked for, so that a command does not pay for the others.
 */
const kinds: Readonly<Record<string, () => Promise<readonly Command[]>>> = {
  serve: async () => {
    const { serve } = await import('./commands/serve.ts')
    return [serve]
  },
  migrate: async () => {
    const { migrateUpCommand, migrateDownCommand, migrateStatusCommand } = await import(
      './commands/migrate.ts'
    )
    return [migrateUpCommand, migrateDownCommand, migrateStatusCommand]
  },
  user: async () => {
    const { userCreate } = await import('./commands/user-create.ts')
    const { userInvite } = await import('./commands/user-invite.ts')
    return [userCreate, userInvite]
  },
  import: async () => {
    const { importUsersCommand } = await import('./commands/import.ts')
    return [importUsersCommand]
  },
  export: async () => {
    const { exportUsersCommand } = await import('./commands/export.ts')
    return [exportUsersCommand]
  },
  client: async () => {
    const { clientCreate } = await import('./commands/client-create.ts')
    const { clientList, clientRotateSecret } = await import('./commands/client.ts')
    return [clientCreate, clientList, clientRotateSecret]
  },
  resource: async () => {
    const { resourceCreate, resourceList } = await import('./commands/resource.ts')
    return [resourceCreate, resourceList]
  },
  'api-key': async () => {
    const { apiKeyList, apiKeyRevoke } = await import('./commands/api-key.ts')
    return [apiKeyList, apiKeyRevoke]
  },
  key: async () => {
    const { keyList, keyRotate } = await import('./commands/key.ts')
    return [keyList, keyRotate]
  },
  mfa: async () => {
    const { mfaStatus, mfaReset, mfaEmergency } = await import('./commands/mfa.ts')
    const { mfaPolicyShow, mfaPolicySet } = await import('./commands/mfa-policy.ts')
    return [mfaStatus, mfaReset, mfaEmergency, mfaPolicyShow, mfaPolicySet]
  },
  role: async () => {
    const { roleList, roleShow, roleCreate, roleGrant } = await import('./commands/role.ts')
    const { roleAssign, roleUnassign } = await import('./commands/role-assign.ts')
    return [roleList, roleShow, roleCreate, roleGrant, roleAssign, roleUnassign]
  },
  group: async () => {
    const { groupList, groupCreate, groupAdd, groupRemove } = await import('./commands/group.ts')
    return [groupList, groupCreate, groupAdd, groupRemove]
  },
  permission: async () => {
    const { permissionList, permissionCreate } = await import('./commands/permission.ts')
    return [permissionList, permissionCreate]
  },
  job: async () => {
    const { jobList, jobRetry, jobDrop } = await import('./commands/job.ts')
    return [jobList, jobRetry, jobDrop]
  },
  audit: async () => {
    const { auditVerify } = await import('./commands/audit-verify.ts')
    const { auditList, auditExport, auditMaintain } = await import('./commands/audit.ts')
    return [auditVerify, auditList, auditExport, auditMaintain]
  },
  statistics: async () => {
    const { statisticsReconcile } = await import('./commands/statistics.ts')
    return [statisticsReconcile]
  },
  config: async () => {
    const { configPrint, configCheck } = await import('./commands/config.ts')
    return [configPrint, configCheck]
  },
  healthcheck: async () => {
    const { healthcheck } = await import('./commands/healthcheck.ts')
    return [healthcheck]
  },
}

/** Those that begin with this word; none for a word that begins none. */
export function commandsOf(word: string): Promise<readonly Command[]> {
  return Object.hasOwn(kinds, word) ? (kinds[word]?.() ?? noCommands) : noCommands
}

const noCommands: Promise<readonly Command[]> = Promise.resolve([])

export async function allCommands(): Promise<readonly Command[]> {
  return (await Promise.all(Object.values(kinds).map((read) => read()))).flat()
}
