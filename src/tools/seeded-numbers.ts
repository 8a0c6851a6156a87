import { createHash } from 'node:crypto';

/** Draws whole numbers in 0..below-1; the same seed text gives the same sequence for ever. */
export function createSeededNumbers(seed: string): (below: number) => number {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0) || 1; // xorshift stays at 0 for ever
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

export function pick(draw: (below: number) => number, words: readonly string[]): string {
  return words[draw(words.length)] ?? '';
}
