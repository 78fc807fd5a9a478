import { html } from 'ghtml'

/**
 * A text of the catalogue, escaped, with markup of our own views in place of its `{placeholders}`: so a
 * language can put an emphasised name wherever its grammar wants it.
 */
export function withMarkup(words: string, parts: Readonly<Record<string, string>>): string {
  return html`${words}`.replaceAll(/\{(\w+)\}/g, (whole, name) =>
    Object.hasOwn(parts, name) ? (parts[name] ?? '') : whole,
  )
}
