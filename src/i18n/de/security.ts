/** The pages of a person's own factors. */
export const security = {} as const
