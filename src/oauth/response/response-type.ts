import type { ResponseType } from '../../clients/index.ts'

/** What an answer of the authorization endpoint brings along. */
export type Issues = {
  readonly code: boolean
  readonly idToken: boolean
  readonly token: boolean
}

/** Those of OAuth 2.0 Multiple Response Types that need no setting. */
export const plainResponseTypes: readonly ResponseType[] = ['code', 'none']

/** Those that bring tokens through the browser (OIDC Core 3.2 and 3.3). */
export const legacyResponseTypes: readonly ResponseType[] = [
  'id_token',
  'id_token token',
  'code id_token',
  'code token',
  'code id_token token',
]

const responseTypes = [...plainResponseTypes, ...legacyResponseTypes]

/** The order of the words does not matter (RFC 6749 section 3.1.1); undefined for what we do not know. */
export function readResponseType(text: string | undefined): ResponseType | undefined {
  const sorted = wordsOf(text).sort().join(' ')
  return responseTypes.find((type) => type === sorted)
}

export function issuedBy(type: ResponseType): Issues {
  const words = wordsOf(type)
  return {
    code: words.includes('code'),
    idToken: words.includes('id_token'),
    token: words.includes('token'),
  }
}

/** Whether an answer to it may hold tokens, also where we know no such response type. */
export function bringsTokens(text: string | undefined): boolean {
  return wordsOf(text).some((word) => word === 'token' || word === 'id_token')
}

function wordsOf(text: string | undefined): string[] {
  return text?.split(' ') ?? []
}
