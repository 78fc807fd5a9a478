import { hmacSha256, isUuid, sameText } from '../../base/index.ts'

type Needs = { readonly codeKey: Buffer }

/**
 * Names a registration to the browser that it began in. Without it, somebody could register with another
 * person's address and lead that person to this page: the code typed there would confirm an account whose
 * password is somebody else's.
 */
export function ticketFor(needs: Needs, browser: string, id: string): string {
  return `${id}.${proof(needs, browser, id)}`
}

/** The registration that a ticket names in this browser. */
export function readTicket(needs: Needs, browser: string, ticket: string): string | undefined {
  const [id = '', given = ''] = ticket.split('.')
  return isUuid(id) && sameText(given, proof(needs, browser, id)) ? id : undefined
}

function proof({ codeKey }: Needs, browser: string, id: string): string {
  return hmacSha256(codeKey, `registration/${id}/${browser}`).toString('base64url')
}
