// What English and JSON come to with the tokenizers in use; the same for every agent that does not count for itself.
const BYTES_A_TOKEN = 4;

/** Tokens of so many bytes where nobody has counted them: a quarter, rounded up. */
export function estimatedTokens(bytes: number): number {
  return Math.ceil(bytes / BYTES_A_TOKEN);
}
