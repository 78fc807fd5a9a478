import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { chart } from './chart.ts'
import { performancePage } from './page.ts'
import type { Results } from './results.ts'

const root = path.resolve(import.meta.dirname, '..')
const referenceFile = 'bench/results/reference.json'

export function saveLatest(results: Results): void {
  mkdirSync(path.join(root, 'bench/results'), { recursive: true })
  writeFileSync(path.join(root, 'bench/results/latest.json'), json(results))
}

/** Writes the run that the documentation tells of, and what is made of it. */
export function saveReference(results: Results): void {
  writeFileSync(path.join(root, referenceFile), json(results))
  for (const [file, text] of Object.entries(performanceFiles()))
    writeFileSync(path.join(root, file), text)
}

/** The generated files of the reference run with their right content; none while there was no such run. */
export function performanceFiles(): Record<string, string> {
  const file = path.join(root, referenceFile)
  if (!existsSync(file)) return {}
  const results: Results = JSON.parse(readFileSync(file, 'utf8'))
  const findings = readFileSync(path.join(root, 'bench/findings.md'), 'utf8')
  return {
    'docs/performance.md': performancePage(results, findings),
    'docs/images/performance.svg': chart(results),
  }
}

/** Five digits are more than any of it is worth. */
function json(results: Results): string {
  const short = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value
  return `${JSON.stringify(results, short, 2)}\n`
}
