import { renameSync, statSync, writeFileSync } from 'node:fs';

/** Writes a file whole or not at all: a reader never sees half of it. What is there and no file (/dev/null, a pipe) stays it. */
export function writeWhole(path: string, text: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
    writeFileSync(path, text);
    return;
  }
  const draft = `${path}.draft`;
  writeFileSync(draft, text);
  renameSync(draft, path);
}

export function writeJson(path: string, value: unknown): void {
  writeWhole(path, jsonText(value));
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
