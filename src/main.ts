/** The door of the command line. Read this first and `app.ts` second. */
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Keeps stripped and compiled sources beside the packages, never in a folder that others may write to:
// a warm start takes less time and memory. Where it cannot be written nothing else changes.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/cardea', import.meta.url)))
const { runCommandLine } = await import('./cli/index.ts')

process.title = 'cardea'
process.exitCode = await runCommandLine(process.argv.slice(2))
