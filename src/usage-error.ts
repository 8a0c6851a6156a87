import { distance } from 'fastest-levenshtein';

/** The user asked for something that cannot be done: printed without a stack trace, exit code 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const EXIT_USAGE = 64; // EX_USAGE of sysexits.h
export const EXIT_FAULT = 70; // EX_SOFTWARE: our own fault

/** "Unknown store 'sqlit'; known: memory, sqlite. Did you mean 'sqlite'?" */
export function unknownName(what: string, name: string, known: readonly string[], where = ''): UsageError {
  const place = where === '' ? '' : ` in ${where}`;
  const hint = nearestName(name, known);
  const question = hint === undefined ? '' : ` Did you mean '${hint}'?`;
  return new UsageError(`Unknown ${what} '${name}'${place}; known: ${[...known].sort().join(', ')}.${question}`);
}

/** The known name that is most likely meant; undefined when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const distanceMax = Math.max(2, name.length / 3); // a slip or two in short names, a third of a long one
  const near = known.map((candidate) => ({ candidate, away: distance(candidate, name) }));
  near.sort((a, b) => a.away - b.away || (a.candidate < b.candidate ? -1 : 1));
  const best = near[0];
  return best !== undefined && best.away <= distanceMax ? best.candidate : undefined;
}

/** The text of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
