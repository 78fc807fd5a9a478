import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import type { RefusedLine } from '../../identity/index.ts'

export type ErrorReport = {
  /** An import that goes on adds to its report, any other one begins it anew. */
  readonly begin: (goesOn: boolean) => void
  readonly add: (refused: RefusedLine) => void
  readonly close: () => void
}

const shownOnTerminal = 20

/**
 * One JSON object for every line that was refused: into a file, or the first of them onto standard error.
 * It has pointers and constant words and never what the line says.
 */
export function createErrorReport(path: string | undefined): ErrorReport {
  if (path !== undefined) {
    const file = openSync(path, 'a', 0o600)
    return {
      begin: (goesOn) => {
        if (!goesOn) ftruncateSync(file)
      },
      add: (refused) => writeSync(file, `${JSON.stringify(refused)}\n`),
      close: () => closeSync(file),
    }
  }
  let count = 0
  return {
    begin: () => undefined,
    add(refused) {
      count += 1
      if (count <= shownOnTerminal) console.error(JSON.stringify(refused))
    },
    close() {
      const more = count - shownOnTerminal
      if (more > 0)
        console.error(`${more} more lines were refused; --errors FILE lists all of them.`)
    },
  }
}
