/** peers: servers that one would take in place of Cardea, each set up as well as it can be. */
export { startBetterAuth } from './better-auth/target.ts'
export { startOidcMemory, startOidcPostgres } from './oidc/target.ts'
export { prove } from './prove.ts'
