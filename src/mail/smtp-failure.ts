import { GiveUp } from '../jobs/index.ts'

/** Errors about the connection, whose words have nothing of a letter. */
const aboutTheConnection = ['ESOCKET', 'ECONNECTION', 'ETIMEDOUT', 'EDNS', 'ETLS', 'ECONFIG']

/** Errors about this one letter. Others, such as a refused login, will be mended for all letters. */
const aboutTheLetter = ['EENVELOPE', 'EMESSAGE']

/**
 * What is kept of an error of the mail server: its codes. The words around them repeat the recipient and,
 * at filters against spam, links of the letter.
 */
export function smtpFailure(error: unknown): Error {
  const code = textMember(error, 'code')
  const reply = numberMember(error, 'responseCode')
  if (reply === undefined) {
    const known = error instanceof Error && aboutTheConnection.includes(code)
    const why = known ? `${code}, ${error.message}` : code || 'unknown error'
    return new Error(`the mail server could not be used: ${why}`)
  }
  const enhanced = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(textMember(error, 'response'))?.[0] ?? ''
  const command = textMember(error, 'command').replaceAll(/[^A-Z ]/g, '')
  const words = `the mail server answered ${[reply, enhanced].join(' ').trim()} to ${command || code}`
  // RFC 5321 section 4.2.1: 5yz is permanent, 4yz is worth another attempt.
  const permanent = reply >= 500 && aboutTheLetter.includes(code)
  return permanent ? new GiveUp(words) : new Error(words)
}

function textMember(of: unknown, name: string): string {
  const value = member(of, name)
  return typeof value === 'string' ? value : ''
}

function numberMember(of: unknown, name: string): number | undefined {
  const value = member(of, name)
  return typeof value === 'number' ? value : undefined
}

function member(of: unknown, name: string): unknown {
  if (typeof of !== 'object' || of === null) return undefined
  const value: unknown = Reflect.get(of, name)
  return value
}
