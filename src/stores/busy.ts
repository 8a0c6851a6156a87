/** Another connection holds the lock: worth another try, unlike every other error of SQLite. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}
