/**
 * cli: the commands of `cardea`.
 * Owns nothing that lasts. Promises exit code 0 when the work was done, 1 when it failed and 2 when the
 * command or the configuration was wrong, with the reason on standard error.
 */
export { runCommandLine } from './run.ts'
