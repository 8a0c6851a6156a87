/** What a child inherits; everything else must be said, or two machines would test different programs. */
const INHERITED = ['PATH', 'HOME', 'LANG'] as const;

/** Of the variables of this process those that a program of somebody else is given, and `more` by name. */
export function inheritedEnvironment(more: readonly string[] = []): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of [...INHERITED, ...more]) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}
