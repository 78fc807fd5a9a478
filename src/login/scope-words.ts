type ScopeWords = { readonly name: string; readonly words: string; readonly detail?: string }

/** What a scope means to a person. Scopes that need no words of their own are not shown. */
const words: Readonly<Record<string, Omit<ScopeWords, 'name'> | null>> = {
  openid: { words: 'Know who you are', detail: 'An identifier for your account' },
  profile: { words: 'See your profile', detail: 'Name, picture, language and similar' },
  email: { words: 'See your email address' },
  address: { words: 'See your postal address' },
  phone: { words: 'See your phone number' },
  offline_access: null, // said in a sentence of its own
}

export function scopeWords(scopes: readonly string[]): ScopeWords[] {
  return scopes.flatMap((name) => {
    const known = words[name]
    if (known === null) return []
    return [{ name, ...(known ?? { words: name }) }]
  })
}
