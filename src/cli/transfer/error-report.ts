import { closeSync, openSync, writeSync } from 'node:fs'
import type { RefusedLine } from '../../identity/index.ts'

export type ErrorReport = {
  readonly add: (refused: RefusedLine) => void
  readonly close: () => void
}

const shownOnTerminal = 20

/**
 * One JSON object for every line that was refused: into a file, which grows when an import goes on, or the
 * first of them onto standard error. It has pointers and constant words and never what the line says.
 */
export function createErrorReport(path: string | undefined): ErrorReport {
  if (path !== undefined) {
    const file = openSync(path, 'a', 0o600)
    return {
      add: (refused) => writeSync(file, `${JSON.stringify(refused)}\n`),
      close: () => closeSync(file),
    }
  }
  let count = 0
  return {
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
