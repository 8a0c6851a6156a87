import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EffectsSection } from '../probing/profile-text.ts';
import { ledgerFile } from '../run/server-place.ts';
import { isObject, parseJson } from '../wire/json-rpc.ts';

const FILES_MAX = 200;
const FILE_BYTES_MAX = 1024 * 1024;

/**
 * Where a server has written the tokens of a trial, as lines of an effect ledger: the file that it was told of, or one of its own
 * folder. null: nowhere.
 */
export function findEffects(dir: string | null, tokens: readonly string[]): EffectsSection | null {
  if (dir === null) return null;
  if (tellsOf(ledgerFile(dirname(dir)), tokens)) return {};
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).slice(0, FILES_MAX).sort();
  const found = names.find((name) => tellsOf(join(dir, name), tokens));
  return found === undefined ? null : { file: `{{dir}}/${found}` };
}

function tellsOf(path: string, tokens: readonly string[]): boolean {
  const known = statSync(path, { throwIfNoEntry: false });
  if (known === undefined || !known.isFile() || known.size > FILE_BYTES_MAX) return false;
  return readFileSync(path, 'utf8')
    .split('\n')
    .some((line) => {
      const parsed = parseJson(line);
      return isObject(parsed) && tokens.includes(String(parsed.token));
    });
}
