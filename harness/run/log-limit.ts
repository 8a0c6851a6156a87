import { appendFileSync, statSync, truncateSync } from 'node:fs';

// What a server wrote last explains its end; a flood before it must not fill the disk.
export const LOG_BYTES_MAX = 32 * 1024 * 1024;
/** Between two looks. */
const LOOK_MS = 500;

/** Empties a log that others append to whenever it has grown over the limit, and says so in it. Returns how to stop. */
export function limitLog(path: string, bytesMax = LOG_BYTES_MAX): () => void {
  const timer = setInterval(() => cutLog(path, bytesMax), LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Whoever has the file open for appending goes on at its new end. */
export function cutLog(path: string, bytesMax: number): void {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes <= bytesMax) return;
  truncateSync(path);
  appendFileSync(path, `[claimcheck: ${bytes} bytes stood here and were left out]\n`);
}
