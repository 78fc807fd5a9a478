/** Only plain pages of the account: no other host, no query, nothing that a browser reads otherwise. */
const ownPage = /^\/account(?:\/[a-z][a-z-]{0,39}){0,3}$/
const home = '/account'

/** Where to go on after the password was proved; anything that is no page of the account leads to `home`. */
export function returnPath(wanted: string): string {
  return ownPage.test(wanted) && wanted !== '/account/confirm' ? wanted : home
}

/** The sign-in that comes back to a page of the account. */
export function loginPath(back: string): string {
  return `/login?${new URLSearchParams({ return: returnPath(back) })}`
}

/** The page that asks for the password and comes back. */
export function confirmPath(back: string): string {
  return `/account/confirm?${new URLSearchParams({ return: returnPath(back) })}`
}
