import { sha256 } from '../base/index.ts'

/** One SQL statement. Its values travel beside the text as parameters, never inside it. */
export type Statement = {
  readonly name: string
  readonly text: string
  readonly values: readonly unknown[]
}

type CallSite = { readonly name: string; readonly text: string }

// The array of strings of a template literal is one and the same object for each call site.
const callSites = new WeakMap<TemplateStringsArray, CallSite>()

/** ``sql`SELECT ... WHERE id = ${id}` ``: text and name are made once per call site. */
export function sql(strings: TemplateStringsArray, ...values: unknown[]): Statement {
  const { name, text } = callSites.get(strings) ?? rememberCallSite(strings)
  // An undefined would silently become NULL, and a forgotten member a wider WHERE.
  if (values.includes(undefined)) {
    throw new TypeError(`value $${values.indexOf(undefined) + 1} is undefined in: ${text}`)
  }
  return { name, text, values }
}

function rememberCallSite(strings: TemplateStringsArray): CallSite {
  const text = strings.reduce((before, part, i) => `${before}$${i}${part}`).trim()
  // Equal texts share one prepared statement; the hash keeps the name below PostgreSQL's 63 bytes.
  const site = { name: `c_${sha256(text).toString('base64url').slice(0, 16)}`, text }
  callSites.set(strings, site)
  return site
}
