import { randomFillSync } from 'node:crypto';

/** Random words drawn ahead: asking the system for each costs more than a session's packets do. */
const words = new Uint32Array(256);
let wordsLeft = 0;

/** 32 random bits (RFC 3550 5.1 and 8.1: not to be guessed). */
export function random32(): number {
  if (wordsLeft === 0) {
    randomFillSync(words);
    wordsLeft = words.length;
  }
  const word = words[--wordsLeft]!;
  // A word used is gone: nobody can read back what a session was given.
  words[wordsLeft] = 0;
  return word;
}
