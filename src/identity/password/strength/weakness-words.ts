import type { Weakness } from './judge.ts'

/** One reason and one piece of advice, whole sentences so that each can be translated. */
export const weaknessWords: Readonly<Record<Weakness, string>> = {
  common:
    'This password is too easy to guess: many people use it or one like it. Take several words that have nothing to do with each other.',
  word: 'This password is too easy to guess: it is a single word. Add more words that have nothing to do with it.',
  name: 'This password is too easy to guess: names are tried first. Take several words that have nothing to do with each other.',
  personal:
    'This password is too easy to guess: it uses what others know about you or this service. Leave out your name, your address and the name of this service.',
  keyboard:
    'This password is too easy to guess: its keys lie next to each other. Take several words that have nothing to do with each other.',
  repeat:
    'This password is too easy to guess: it repeats itself. Leave out repeated words and characters.',
  sequence:
    'This password is too easy to guess: it contains a sequence such as abc or 6543. Leave out sequences.',
  date: 'This password is too easy to guess: dates and years are tried first. Leave out those that have to do with you.',
  short: 'This password is too easy to guess. Make it longer with another unusual word.',
}
