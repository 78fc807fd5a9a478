/**
 * mail: the letters that the server writes.
 * Owns no table: a letter is a job, written in the transaction of the change it tells of and sent after
 * it. Promises text and HTML in the language of its reader. Never decides whether a letter is due.
 */
export type { Happening, Letter, Letters, Template } from './letter.ts'
export { letterJob, writeLetter } from './write-letter.ts'
