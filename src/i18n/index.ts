/**
 * i18n: the words of pages and mails in every language.
 * Owns the catalogues. The English text is the key, so a view reads as what it shows; `de/` has one file
 * per area. Promises that a text missing in a language does not compile. Never speaks HTTP.
 */
export type { Locale, Preferences } from './locale.ts'
export { chooseLocale, localeIn, localeNames, locales } from './locale.ts'
export type { Translate, Words } from './translate.ts'
export { translator } from './translate.ts'
