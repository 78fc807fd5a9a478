/** The door of the command line. Read this first and `app.ts` second. */
import { runCommandLine } from './cli/index.ts'

process.title = 'cardea'
process.exitCode = await runCommandLine(process.argv.slice(2))
