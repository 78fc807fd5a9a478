import type { Translate } from '../../i18n/index.ts'
import type { Letters, Template } from '../letter.ts'

/** A part of a letter; each renderer knows how to show every kind. */
export type Block =
  | { readonly kind: 'text'; readonly words: string }
  /** What the letter asks for. */
  | { readonly kind: 'action'; readonly label: string; readonly url: string }
  /** A code to be typed in, and the words that lead to it. */
  | { readonly kind: 'code'; readonly words: string; readonly code: string }
  | { readonly kind: 'facts'; readonly rows: readonly Fact[] }
  /** What to do when it was not the reader. */
  | { readonly kind: 'note'; readonly words: string; readonly url?: string }

export type Fact = readonly [label: string, value: string]

/** A letter in words, not yet in a form. */
export type Draft = {
  /** Never has a text that somebody else has chosen. */
  readonly subject: string
  readonly blocks: readonly Block[]
}

/** Puts the values of a template into words. */
export type Compose<T extends Template> = (values: Letters[T], t: Translate) => Draft
