import { Check, Errors } from 'typebox/value'
import { roleNames } from '../../access/index.ts'
import { relyingParty } from '../../accounts.ts'
import { secureRandom, systemClock } from '../../base/index.ts'
import { parseDuration } from '../../config-duration.ts'
import type { Policy } from '../../mfa/index.ts'
import { changePolicy, createPolicyBook, PolicySchema, readPolicy } from '../../mfa/index.ts'
import type { Command, Values } from '../command.ts'
import { text, texts, UsageError } from '../command.ts'
import { withDatabase } from '../database.ts'
import { settings } from '../settings.ts'

export const mfaPolicyShow: Command = {
  name: 'mfa policy show',
  summary: 'show the policy on second factors as JSON',
  options: {},
  async run() {
    print((await withDatabase(settings(), readPolicy)).policy)
    return 0
  },
}

export const mfaPolicySet: Command = {
  name: 'mfa policy set',
  summary: 'change what is named in the policy on second factors; it holds within a second',
  options: {
    mode: { type: 'string', help: 'off, optional or required' },
    role: {
      type: 'string',
      multiple: true,
      help: 'a mode for a role, such as admin=required; off ends it',
    },
    factor: {
      type: 'string',
      multiple: true,
      help: 'what counts: passkey, totp, email_code, backup_code; these replace the ones before',
    },
    grace: { type: 'string', help: 'how long a required factor may be put off, such as 7d' },
    remember: {
      type: 'string',
      help: 'how long a browser is remembered, such as 30d; 0s for never',
    },
    'trusted-network': {
      type: 'string',
      multiple: true,
      help: 'needs no second factor, such as 10.0.0.0/8; these replace the ones before; none clears',
    },
  },
  async run(values) {
    const changes = namedIn(values)
    const parts = { clock: systemClock, random: secureRandom }
    const config = settings()
    const party = relyingParty(config)
    const { policy } = await withDatabase(config, async (db) => {
      const { policy: before, version: basedOn } = await readPolicy(db)
      const after = { ...before, ...changes, roles: merged(before.roles, changes.roles) }
      const change = { basedOn, actor: 'system', roles: await roleNames(db) }
      const book = createPolicyBook({ ...parts, db })
      const needs = { ...parts, db, policy: book, relyingParty: party }
      return changePolicy(needs, { ...change, policy: checked(after) })
    })
    print(policy)
    return 0
  },
}

/** The members of a policy that the options name, as they were typed. */
function namedIn(values: Values): Partial<Record<keyof Policy, unknown>> & { roles: object } {
  const mode = text(values, 'mode')
  const factors = texts(values, 'factor')
  const networks = texts(values, 'trusted-network')
  const grace = seconds(values, 'grace')
  const remember = seconds(values, 'remember')
  if (Object.keys(values).length === 0) throw new UsageError('say what is to change; see --help.')
  return {
    ...(mode !== undefined && { mode }),
    roles: Object.fromEntries(texts(values, 'role').map(roleRule)),
    ...(factors.length > 0 && { factors }),
    ...(grace !== undefined && { enrolment_grace: grace }),
    ...(remember !== undefined && { remember_device: remember }),
    ...(networks.length > 0 && { trusted_networks: networks.filter((one) => one !== 'none') }),
  }
}

/** A rule of `off` asks for nothing beside the others, so it takes the rule away. */
function merged(before: Policy['roles'], changes: object): object {
  const rules = Object.entries({ ...before, ...changes })
  return Object.fromEntries(rules.filter(([, mode]) => mode !== 'off'))
}

function roleRule(rule: string): [role: string, mode: string] {
  const [, role, mode] = /^(.+)=([a-z]+)$/.exec(rule) ?? []
  if (role === undefined || mode === undefined) {
    throw new UsageError(`--role ${rule} is no rule such as admin=required.`)
  }
  return [role, mode]
}

function seconds(values: Values, name: string): number | undefined {
  const typed = text(values, name)
  const duration = typed === undefined ? undefined : parseDuration(typed)
  if (typed !== undefined && duration === undefined) {
    throw new UsageError(`--${name} ${typed} is no time such as 7d or 12h.`)
  }
  return duration
}

function checked(policy: unknown): Policy {
  if (Check(PolicySchema, policy)) return policy
  const [error] = Errors(PolicySchema, policy)
  throw new UsageError(`${error?.instancePath ?? ''} ${error?.message ?? 'is not valid'}`)
}

function print(policy: Policy): void {
  console.log(JSON.stringify(policy, null, 2))
}
