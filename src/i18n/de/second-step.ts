/** The second step of signing in. */
export const secondStep = {} as const
