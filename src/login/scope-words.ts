import type { Translate, Words } from '../i18n/index.ts'
import type { ResourceWords } from './resource-words.ts'

type ScopeWords = { readonly name: string; readonly words: string; readonly detail?: string }
type Meaning = { readonly words: Words; readonly detail?: Words }

/** What a scope means to a person. Scopes that need no words of their own are not shown. */
const meanings: Readonly<Record<string, Meaning | null>> = {
  openid: { words: 'Know who you are', detail: 'An identifier for your account' },
  profile: { words: 'See your profile', detail: 'Name, picture, language and similar' },
  email: { words: 'See your email address' },
  address: { words: 'See your postal address' },
  phone: { words: 'See your phone number' },
  roles: { words: 'See your roles' },
  groups: { words: 'See your groups' },
  permissions: { words: 'See what you may do' },
  offline_access: null, // said in a sentence of its own
}

export function scopeWords(
  t: Translate,
  scopes: readonly string[],
  resources: readonly ResourceWords[] = [],
): ScopeWords[] {
  const ofResources = new Map(
    resources.flatMap((resource) => resource.scopes.map((one) => [one.scope, one])),
  )
  return scopes.flatMap((name) => {
    const known = Object.hasOwn(meanings, name) ? meanings[name] : undefined
    if (known === null) return []
    if (known === undefined) return [ofResource(name, ofResources.get(name))]
    const { words, detail } = known
    return [{ name, words: t(words), ...(detail !== undefined && { detail: t(detail) }) }]
  })
}

/** The owner of a resource says what its scopes mean; of others there is only the name. */
function ofResource(
  name: string,
  meaning: ResourceWords['scopes'][number] | undefined,
): ScopeWords {
  if (meaning === undefined) return { name, words: name }
  const { name: words, description: detail } = meaning
  return { name, words, ...(detail !== undefined && { detail }) }
}
