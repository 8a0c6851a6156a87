import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageOf, UsageError } from '../model/usage-error.ts';

/** What a specifier in the file at `parentUrl` means, as a URL. Throws a UsageError when there is nothing of that name. */
export type ImportResolver = (specifier: string, parentUrl: string) => string;

/** Node's own resolution, remembered: each boot asks the same again. */
export function createImportResolver(): ImportResolver {
  const known = new Map<string, string>();
  return (specifier, parentUrl) => {
    const key = `${specifier}\n${parentUrl}`;
    const found = known.get(key) ?? resolveImport(specifier, parentUrl);
    known.set(key, found);
    return found;
  };
}

function resolveImport(specifier: string, parentUrl: string): string {
  const by = pathOf(parentUrl);
  let url: string;
  try {
    url = import.meta.resolve(specifier, parentUrl);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    const why = messageOf(error);
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
    throw new UsageError(
      isMissing ? `${by} imports '${specifier}', which is not installed: npm install ${name}` : `${by}: ${why}`,
      { cause: error },
    );
  }
  if (url.startsWith('file:') && !existsSync(fileURLToPath(url))) {
    throw new UsageError(`${by} imports '${specifier}': there is no file ${pathOf(url)}.`);
  }
  return url;
}

/** A file's path, as people know it. */
export function pathOf(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url;
}
