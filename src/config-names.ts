import { type TSchema, Type } from 'typebox'
import { configSchema } from './config-schema.ts'
import { isLeaf, type Leaf, type Setting } from './config-setting.ts'

/** One setting with its place in the configuration and its names in the environment. */
export type Entry = {
  readonly path: string
  /** '' for the settings that are in no section. */
  readonly section: string
  readonly key: string
  readonly name: string
  /** The variable that names a file holding the value; only secrets have one. */
  readonly fileName: string | undefined
  readonly fallback: unknown
  readonly description: string
  readonly setting: Setting
}

/** Every setting, in the order of the schema. */
export const entries: readonly Entry[] = Object.entries<TSchema>(configSchema.properties).flatMap(
  ([key, member]) => {
    if (isLeaf(member)) return [entry('', key, member)]
    if (!Type.IsObject(member)) return []
    return Object.entries(member.properties).flatMap(([inner, leaf]) =>
      isLeaf(leaf) ? [entry(key, inner, leaf)] : [],
    )
  },
)

function entry(section: string, key: string, { description, setting, ...leaf }: Leaf): Entry {
  const path = section === '' ? key : `${section}.${key}`
  const name = setting.env ?? variableName(path)
  const fileName = setting.secret === true ? `${name}_FILE` : undefined
  const fallback = 'default' in leaf ? leaf.default : undefined
  return { path, section, key, name, fileName, fallback, description, setting }
}

/** `http.bodyLimit` is `CARDEA_HTTP_BODY_LIMIT`. */
function variableName(path: string): string {
  return `CARDEA_${path.replaceAll(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase()}`
}

const known = new Set(
  entries.flatMap(({ name, fileName }) => (fileName === undefined ? [name] : [name, fileName])),
)

/** One error for every `CARDEA_*` variable that no setting reads: a typing error must not pass. */
export function unknownNames(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('CARDEA_') && !known.has(name))
    .filter((name) => !foreign(name, env[name] ?? ''))
    .map((name) => `${name} is not a setting; did you mean ${nearest(name)}?`)
}

/**
 * Names that others set: the test kit, and Kubernetes, which describes a Service called `cardea`
 * to the pods beside it in variables such as `CARDEA_SERVICE_HOST` and `CARDEA_PORT=tcp://...`.
 */
function foreign(name: string, value: string): boolean {
  if (name.startsWith('CARDEA_TEST_')) return true
  if (/_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$/.test(name)) return true
  if (/_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name)) return true
  return name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value)
}

function nearest(name: string): string {
  const ranked = [...known].map((other) => ({ other, score: likeness(name, other) }))
  return ranked.sort((a, b) => b.score - a.score)[0]?.other ?? ''
}

/** The Dice coefficient of the letter pairs: forgives both typing errors and forgotten words. */
function likeness(a: string, b: string): number {
  const [left, right] = [pairs(a), pairs(b)]
  const shared = [...left].filter((pair) => right.has(pair)).length
  return (2 * shared) / (left.size + right.size)
}

function pairs(name: string): Set<string> {
  const word = `^${name.replace(/^CARDEA_/, '')}$`
  return new Set(Array.from({ length: word.length - 1 }, (_, i) => word.slice(i, i + 2)))
}
