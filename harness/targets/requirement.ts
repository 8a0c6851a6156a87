import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { splitCommandLine } from './command-line.ts';
import type { Profile } from './profile-schema.ts';

/** Asking a program for its version takes well under a second; a program that does not answer has none. */
const VERSION_MS_MAX = 5_000;

/**
 * What the profile requires and this machine has not, in one sentence; null: everything is there. The Node version is that of
 * the node that the command names, else the one Claimcheck runs on.
 */
export function unmetRequirement(profile: Profile): string | null {
  const { requires } = profile;
  const missing = (requires?.env ?? []).filter((name) => (process.env[name] ?? '') === '');
  if (missing.length > 0)
    return `the profile requires the environment variable ${missing.join(', ')}, which is not set`;
  if (requires?.node === undefined) return null;
  const version = nodeVersion(profile.target?.command);
  if (version === null) return `the profile requires Node ${requires.node}, and its command's node does not run`;
  return satisfies(version, requires.node) ? null : `the profile requires Node ${requires.node}, this is ${version}`;
}

/** Whether a version is in a range of comparators (`>=22`, `^20.19`, `20 || >=22 <24`). */
export function satisfies(version: string, range: string): boolean {
  const parts = numbersOf(version);
  return range.split('||').some((all) =>
    all
      .trim()
      .split(/\s+/)
      .every((comparator) => meets(parts, comparator)),
  );
}

function meets(version: readonly number[], comparator: string): boolean {
  const found = /^(>=|<=|>|<|=|\^|~)?v?(\d+(?:\.\d+){0,2})(?:\.x)?$/.exec(comparator);
  if (!found) return comparator === '*' || comparator === '';
  const wanted = numbersOf(found[2] ?? '');
  const order = compare(version, wanted);
  switch (found[1]) {
    case '>=':
      return order >= 0;
    case '>':
      return order > 0 && !startsWith(version, wanted);
    case '<=':
      return order <= 0 || startsWith(version, wanted);
    case '<':
      return order < 0;
    case '^':
      return order >= 0 && version[0] === wanted[0];
    case '~':
      return order >= 0 && startsWith(version, wanted.slice(0, 2));
    default:
      return startsWith(version, wanted);
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let part = 0; part < 3; part += 1) {
    const difference = (a[part] ?? 0) - (b[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function startsWith(version: readonly number[], wanted: readonly number[]): boolean {
  return wanted.every((part, index) => version[index] === part);
}

function numbersOf(version: string): number[] {
  return version.replace(/^v/, '').split('.').map(Number);
}

function nodeVersion(command: string | undefined): string | null {
  const word = command === undefined ? undefined : splitCommandLine(command)[0];
  const file = word?.replace(/\{\{\s*env\.(\w+)\s*\}\}/g, (_whole, name: string) => process.env[name] ?? '');
  if (file === undefined || !/^node(js)?[\d.]*$/.test(basename(file))) return process.version;
  const asked = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: VERSION_MS_MAX });
  return asked.status === 0 ? asked.stdout.trim() : null;
}
