import { hasControls } from '../../base/index.ts'

/** Characters; longer ids would not fit into the indexes of what is kept for a client. */
const longest = 1024

/** Whether a client_id means a document, sound or not. */
export function meansDocument(clientId: string): boolean {
  return /^https:\/\//i.test(clientId)
}

/**
 * Whether an id may be the address of a document (CIMD section 3): https with a path, and nothing that a
 * browser, a server or we could read as another address.
 */
export function isDocumentId(clientId: string): boolean {
  if (clientId.length > longest || hasControls(clientId) || /[\s\\#]/.test(clientId)) return false
  if (!URL.canParse(clientId)) return false
  const { protocol, username, password, pathname, href } = new URL(clientId)
  if (protocol !== 'https:' || username !== '' || password !== '' || pathname === '/') return false
  const path = clientId.replace(/^https:\/\/[^/?]*/, '').split('?', 1)[0] ?? ''
  const dots = path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))
  // What is not written as it is asked could be another client under a second name.
  return !dots && path.startsWith('/') && href === clientId
}
