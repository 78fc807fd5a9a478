/**
 * config: what the operator decided.
 * Owns the environment: the only reader of `process.env`, `.env` and the files named by `*_FILE`.
 * Promises a complete, frozen `Config`, or every mistake at once. Never prints the value of a secret.
 */
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { Value } from 'typebox/value'
import { type Entry, entries, unknownNames } from './config-names.ts'
import { type Rule, rules } from './config-rules.ts'
import { type Config, configSchema } from './config-schema.ts'

export type { Config } from './config-schema.ts'

export type LoadedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly errors: string[] }

type ReadFile = (path: string) => string
type Found = { readonly text: string } | { readonly error: string }

/** Turns an environment into settings; an empty variable counts as one that is not set. */
export function loadConfig(
  env: NodeJS.ProcessEnv,
  files: ReadFile = (path) => readFileSync(path, 'utf8'),
): LoadedConfig {
  const errors = unknownNames(env)
  const broken = new Set<string>()
  const values = new Map<string, unknown>()
  for (const entry of entries) {
    const read = readEntry(entry, env, files)
    if (read.ok) {
      values.set(entry.path, read.value)
      continue
    }
    broken.add(entry.path)
    errors.push(`${entry.name} ${read.why}`)
  }
  const config = assemble(values)
  errors.push(...rules.filter((rule) => violated(rule, config, broken)).map((rule) => rule.words))
  return errors.length > 0 ? { ok: false, errors } : { ok: true, config: freeze(config) }
}

/** The environment of this process, over the `.env` of the working folder where there is one. */
export function readEnvironment(): NodeJS.ProcessEnv {
  return { ...readDotEnv('.env'), ...process.env }
}

function readDotEnv(path: string): NodeJS.ProcessEnv {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return {}
    throw error
  }
}

function readEntry(entry: Entry, env: NodeJS.ProcessEnv, files: ReadFile) {
  const found = findText(entry, env, files)
  if ('error' in found) return { ok: false, why: found.error } as const
  if (found.text === '') return { ok: true, value: entry.fallback } as const
  return entry.setting.read(found.text)
}

/** The text of a setting, from the variable or, for a secret, from the file another one names. */
function findText(entry: Entry, env: NodeJS.ProcessEnv, files: ReadFile): Found {
  const text = (env[entry.name] ?? '').trim()
  const path = entry.fileName === undefined ? '' : (env[entry.fileName] ?? '')
  if (path === '') return { text }
  if (text !== '') return { error: `and ${entry.fileName} are both set; keep one of them` }
  try {
    const content = files(path).trim()
    return content === ''
      ? { error: `is empty in the file of ${entry.fileName}` }
      : { text: content }
  } catch (error) {
    const why = errorCode(error) ?? 'unreadable'
    // Not the path: whoever confuses the two variables has put the secret itself there.
    return { error: `cannot be read from the file of ${entry.fileName} (${why})` }
  }
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Puts the values in their sections; what could not be read takes its default, for the rules. */
function assemble(values: ReadonlyMap<string, unknown>): Config {
  const tree: Record<string, unknown> = {}
  const sections: Record<string, Record<string, unknown>> = {}
  for (const { path, section, key, fallback } of entries) {
    const value = values.has(path) ? values.get(path) : fallback
    if (section === '') tree[key] = value
    else tree[section] = sections[section] = { ...sections[section], [key]: value }
  }
  if (!Value.Check(configSchema, tree)) throw new Error('a setting reads into the wrong type')
  return settle(tree)
}

/** Fills in the defaults that follow from other settings. */
function settle(config: Config): Config {
  const automatic = config.env === 'production' ? 'json' : 'pretty'
  const format = config.log.format === 'auto' ? automatic : config.log.format
  const scheme = config.http.tlsCertFile === '' ? 'http' : 'https'
  const publicUrl = config.publicUrl || `${scheme}://localhost:${config.http.port}`
  return { ...config, publicUrl, log: { ...config.log, format } }
}

/** A rule about a setting that is itself wrong would only add noise. */
function violated(rule: Rule, config: Config, broken: ReadonlySet<string>): boolean {
  if (rule.reads.some((path) => broken.has(path)) || broken.has('env')) return false
  return (!rule.production || config.env === 'production') && rule.refuses(config)
}

function freeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object') freeze(member)
  return Object.freeze(value)
}
