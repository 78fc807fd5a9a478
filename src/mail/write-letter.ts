import { Type } from 'typebox'
import type { Queries } from '../db/index.ts'
import type { JobKind, Queue } from '../jobs/index.ts'
import type { Letter, Template } from './letter.ts'

/** A letter on its way. */
export const letterJob: JobKind<Letter> = {
  name: 'mail.send',
  attempts: 8,
  schema: Type.Object({
    to: Type.String(),
    locale: Type.String(),
    template: Type.String(),
    values: Type.Record(Type.String(), Type.String()),
  }),
}

/** Writes a letter in the caller's transaction; it leaves after the commit. */
export function writeLetter<T extends Template>(
  needs: { readonly queue: Queue },
  tx: Queries,
  letter: Letter<T>,
): Promise<void> {
  return needs.queue.add(tx, letterJob, letter)
}
