import { UsageError } from './usage-error.ts';

/**
 * What `load` gives, for a unit that stands on packages not everybody installs. Throws a UsageError that says how to install
 * them when one is not there; every other fault of loading stays what it is.
 */
export async function withPeers<Unit>(packages: readonly string[], load: () => Promise<Unit>): Promise<Unit> {
  try {
    return await load();
  } catch (cause) {
    const missing = packages.find((name) => isMissing(cause, name));
    if (missing === undefined) throw cause;
    throw new UsageError(
      `The package '${missing}' is not installed, and this needs it: npm install ${packages.join(' ')}`,
      { cause },
    );
  }
}

/** Of other modules that cannot be found, one of our own above all, the message names another package. */
function isMissing(error: unknown, packageName: string): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND') return false;
  return error.message.includes(`'${packageName}'`);
}
