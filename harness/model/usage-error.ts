import { distance } from 'fastest-levenshtein';

/** The user asked for something that cannot be done: printed without a stack trace, exit code 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** "Unknown fault 'F55'; known: F1, F3. Did you mean 'F5'?" */
export function unknownName(what: string, name: string, known: readonly string[], where = ''): UsageError {
  const sorted = [...known].sort();
  const nearest = [...sorted].sort((a, b) => distance(a, name) - distance(b, name))[0];
  const hint =
    nearest !== undefined && distance(nearest, name) <= Math.max(2, name.length / 3)
      ? ` Did you mean '${nearest}'?`
      : '';
  return new UsageError(`Unknown ${what} '${name}'${where && ` in ${where}`}; known: ${sorted.join(', ')}.${hint}`);
}

/** The text of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
