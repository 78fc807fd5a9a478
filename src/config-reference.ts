/** Prints what there is to configure: docs/config.md, .env.example and the effective settings. */
import { Type } from 'typebox'
import { formatDuration } from './config-duration.ts'
import { type Entry, entries } from './config-names.ts'
import { rules } from './config-rules.ts'
import { type Config, configSchema } from './config-schema.ts'

const introduction = `# Configuration

Cardea is configured by environment variables, and by a \`.env\` file in the working folder for those
that are not set. This page is printed by \`npm run generate\` from \`src/config-schema.ts\`.

* A duration is written \`30s\`, \`15m\`, \`1h30m\`, \`90d\` or \`500ms\`; a list is separated by commas.
* A variable that is set to nothing counts as not set.
* A *secret* may be in a file instead: \`<NAME>_FILE\` names it. Setting both is an error.
* An unknown \`CARDEA_*\` name stops the start, and so does any wrong value. All errors are listed at once.
`

const sectionNames = ['', ...new Set(entries.map(({ section }) => section).filter(Boolean))]

/** The text of docs/config.md. */
export function configMarkdown(): string {
  const sections = sectionNames.map((section) => {
    const rows = entries.filter((entry) => entry.section === section).map(markdownRow)
    const head = '| name | type | default | meaning | rules |\n|---|---|---|---|---|'
    return `## ${section || 'general'}\n\n${sectionHelp(section)}\n\n${head}\n${rows.join('\n')}\n`
  })
  return [introduction, ...sections].join('\n')
}

function markdownRow(entry: Entry): string {
  const file = entry.fileName === undefined ? '' : `<br>\`${entry.fileName}\``
  const type = entry.fileName === undefined ? entry.setting.type : `${entry.setting.type}, secret`
  const fallback = fallbackText(entry)
  const shown = fallback === '' ? '' : `\`${fallback}\``
  const notes = rules
    .filter((rule) => rule.reads[0] === entry.path)
    .map((rule) => rule.words.slice(entry.name.length + 1))
  const cells = [`\`${entry.name}\`${file}`, type, shown, entry.description, notes.join('; ')]
  return `| ${cells.join(' | ')} |`
}

function sectionHelp(section: string): string {
  const member = Object.entries(configSchema.properties).find(([key]) => key === section)?.[1]
  if (!Type.IsObject(member) || !('description' in member)) return 'The server as a whole.'
  return String(member.description)
}

/** The one default that follows from another setting is described, not computed. */
function fallbackText({ path, setting }: Entry): string {
  return path === 'publicUrl' ? 'http://localhost:<port>' : setting.fallback
}

/** The text of .env.example: every setting, commented out, at its default. */
export function envExample(): string {
  const head = '# Every setting at its default. See docs/config.md for types and rules.\n'
  const sections = sectionNames.map((section) => {
    const lines = entries
      .filter((entry) => entry.section === section)
      .map((entry) => `# ${entry.description}\n# ${entry.name}=${fallbackText(entry)}\n`)
    return `\n## ${section || 'general'}: ${sectionHelp(section)}\n\n${lines.join('\n')}`
  })
  return head + sections.join('')
}

/** The settings in force, one `NAME=value` a line; a secret shows only that it is set. */
export function printConfig(config: Config): string {
  return entries.map((entry) => `${entry.name}=${effective(config, entry)}\n`).join('')
}

/** One setting in force, for who administers. */
export type EffectiveSetting = {
  readonly name: string
  readonly section: string
  readonly type: string
  readonly description: string
  /** As it would be written in the environment; a secret shows only that it is set. */
  readonly value: string
  readonly isDefault: boolean
  readonly isSecret: boolean
}

export function effectiveSettings(config: Config): EffectiveSetting[] {
  return entries.map((entry) => {
    const value = effective(config, entry)
    return {
      name: entry.name,
      section: entry.section || 'general',
      type: entry.setting.type,
      description: entry.description,
      value,
      isDefault: value === entry.setting.fallback,
      isSecret: entry.setting.secret === true,
    }
  })
}

function effective(config: Config, { section, key, setting }: Entry): string {
  const value = member(section === '' ? config : member(config, section), key)
  const text = Array.isArray(value) ? value.join(',') : String(value)
  if (setting.secret === true) return text === '' ? '' : '[secret]'
  return setting.type.startsWith('duration') ? formatDuration(Number(value)) : text
}

function member(of: unknown, name: string): unknown {
  if (typeof of !== 'object' || of === null) return undefined
  return Object.entries(of).find(([key]) => key === name)?.[1]
}
